namespace Ballast.Tests.Cli;

/// <summary>A network that gives NaN has no accuracy and no classes.</summary>
public sealed class NotNumbersTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public NotNumbersTests() => PictureMaker.WriteTask(folder.File("task"));

    public void Dispose() => folder.Dispose();

    void TrainAndBreak()
    {
        Assert.Equal(0, BallastCommand.Run(
            folder, "train", "flatten linear:2", "--data", "task", "--test-data", "task", "--epochs", "1", "--out", "run").ExitCode);
        var state = StateFile.Load(Path.Combine(folder.File("run"), "weights.safetensors"));
        var broken = new StateDict();
        foreach (var (name, tensor) in state)
            broken.Add(name, Tensor.Full(tensor.Shape, float.NaN));
        StateFile.Save(folder.File("nan.safetensors"), broken);
    }

    [Theory]
    [InlineData("evaluate run --weights nan.safetensors",
        "error: The network gives NaN for 24 of 24 images: it has no accuracy. Look for the cause with: ballast doctor run\n")]
    [InlineData("evaluate run --weights nan.safetensors --json",
        "error: The network gives NaN for 24 of 24 images: it has no accuracy. Look for the cause with: ballast doctor run\n")]
    [InlineData("predict run task/dark/00.png --weights nan.safetensors",
        "error: Prediction.Run: expected finite logits, got NaN for class 0 of sample 0. Look for values that are not finite in the network's weights and in the sample.\n")]
    [InlineData("predict run task/dark/00.png --weights nan.safetensors --json",
        "error: Prediction.Run: expected finite logits, got NaN for class 0 of sample 0. Look for values that are not finite in the network's weights and in the sample.\n")]
    public void Nothing_is_reported_of_it_but_that(string command, string message)
    {
        TrainAndBreak();
        Assert.Equal((1, "", message), BallastCommand.Run(folder, command.Split(' ')));
    }

    [Fact]
    public void A_comparison_whose_network_gives_NaN_says_which_on_the_page_too_and_fails()
    {
        Assert.Equal(0, BallastCommand.Run(folder, "compare", "--data", "task", "--test-data", "task", "--epochs", "1", "--out", "pair").ExitCode);
        string without = folder.File("pair/without"), path = Path.Combine(without, "checkpoint.safetensors");
        // As if its weights had become NaN in the last step: it is tested again.
        var checkpoint = Checkpoint.Load(path);
        var broken = new StateDict();
        foreach (var (name, entry) in checkpoint.Model)
            broken.Add(name, Tensor.Full(entry.Shape, float.NaN));
        new Checkpoint
        {
            Model = broken,
            Optimizer = checkpoint.Optimizer,
            Epoch = checkpoint.Epoch,
            Batch = checkpoint.Batch,
            Step = checkpoint.Step,
            LossSum = 0,
            Correct = 0,
            Samples = 0,
            DefaultGenerator = checkpoint.DefaultGenerator,
            EpochGenerator = checkpoint.EpochGenerator,
            LoaderGenerator = checkpoint.LoaderGenerator,
        }.Save(path);
        File.Delete(Path.Combine(without, "weights.safetensors"));
        const string message =
            "error: The network without batch normalization gives NaN for test images: it has no accuracy. Look for the cause with: ballast doctor pair/without\n";
        for (int again = 0; again < 2; again++)
        {
            var (code, output, errors) = BallastCommand.Run(folder, "compare", "--resume", "pair");
            Assert.Equal((1, message), (code, errors.Replace('\\', '/')));
            Assert.Matches(@"\| Loss on the test images +\| +\d\.\d+ \| +NaN \|", output);
        }

        Assert.Contains("The network without batch normalization gives NaN for test images", File.ReadAllText(folder.File("pair/report.html")), StringComparison.Ordinal);
        var (exit, _, said) = BallastCommand.Run(folder, "train", "--resume", "pair/without");
        Assert.Equal((1, message.Replace(" without batch normalization", "", StringComparison.Ordinal)), (exit, said.Replace('\\', '/')));
    }

    [Fact]
    public void An_evaluation_has_no_accuracy_where_a_sample_has_none()
    {
        float[] values = [1, 0, 0, 1, float.NaN, 1];
        var samples = Tensor.From(values, [3, 2]);
        var data = new ArrayDataset(values, [0, 1, 1], [2]);
        var result = Evaluation.Run(new Identity(), data);
        Assert.Equal((double.NaN, double.NaN, 3, 1), (result.Loss, result.Accuracy, result.Count, result.NotNumbers));
        Assert.Equal(2, Evaluation.Correct(samples, Tensor.FromInt64(0, 1, 1)));
        Assert.Equal(0, Evaluation.Correct(Tensor.From([float.NaN, 1], [1, 2]), Tensor.FromInt64(0)));
    }

    [Theory]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.PositiveInfinity, "Infinity")]
    public void A_prediction_refuses_what_is_no_probability(float value, string name)
    {
        var error = Assert.Throws<InvalidOperationException>(() => Prediction.Run(new Identity(), Tensor.From([1, 2, 3, value], [2, 2])));
        Assert.Equal(
            $"Prediction.Run: expected finite logits, got {name} for class 1 of sample 1. Look for values that are not finite in the network's weights and in the sample.",
            error.Message);
        Assert.Equal(1, Prediction.Run(new Identity(), Tensor.From([float.NegativeInfinity, 2], [1, 2]))[0][0].Label);
    }
}
