namespace Ballast.Tests;

public class EvaluationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(43)]
    [InlineData(500)]
    public void The_batch_size_does_not_matter_but_for_rounding(int batchSize)
    {
        var task = new SmallTask(1, ownGenerator: false);
        task.Trainer.Fit();
        var dataset = task.Loader.Dataset;
        task.Model.Eval();
        double loss = 0;
        int right = 0;
        for (int i = 0; i < dataset.Count; i++)
        {
            float[] values = new float[12];
            dataset.Read(i, values);
            var logits = task.Model.Forward(Tensor.From(values, [1, 3, 2, 2]));
            loss += new CrossEntropyLoss().Forward(logits, Tensor.FromInt64(dataset.Label(i))).Item();
            right += logits.ArgMax().Item<long>() == dataset.Label(i) ? 1 : 0;
        }

        var result = Evaluation.Run(task.Model, dataset, batchSize);
        Assert.Equal((43, right / 43.0), (result.Count, result.Accuracy));
        Assert.Equal(loss / 43, result.Loss, 1e-6);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Nothing_is_left_changed(bool training)
    {
        var task = new SmallTask(1, ownGenerator: true);
        task.Model.Train(training);
        ((BatchNorm1d)task.Model[2]).Eval(); // a normalization that the user has frozen
        long[] before = task.Everything;
        Evaluation.Run(task.Model, task.Loader.Dataset, 10);
        Assert.Equal(before, task.Everything);
        Assert.Equal(training, task.Model.Training);
        Assert.Equal(training, task.Model[1].Training);
        Assert.False(task.Model[2].Training);
        Assert.All(task.Model.Parameters(), static parameter => Assert.Null(parameter.Grad));
        Assert.True(task.Model.Forward(Tensor.Zeros([2, 3, 2, 2])).RequiresGrad);
    }

    [Fact]
    public void It_can_be_cancelled_and_refuses_what_does_not_fit()
    {
        var task = new SmallTask(1, ownGenerator: true);
        Assert.Throws<OperationCanceledException>(
            () => Evaluation.Run(task.Model, task.Loader.Dataset, 10, new CancellationToken(canceled: true)));
        Assert.True(task.Model.Training);
        Assert.Throws<ArgumentException>(() => Evaluation.Run(task.Model, new RandomImages(3, 1)));
        var error = Assert.Throws<ArgumentException>(() => Evaluation.Correct(Tensor.Zeros([2, 3]), Tensor.FromInt64(1)));
        Assert.Equal("Evaluation.Correct: expected logits [1, C], got [2, 3].", error.Message);
        Assert.Equal(1, Evaluation.Correct(Tensor.From([1, 2, 2, 3, 0, 0], [2, 3]), Tensor.FromInt64(1, 1)));
    }
}
