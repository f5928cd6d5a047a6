using Ballast.Lab;

namespace Ballast.Tests.Lab;

/// <summary>Schedules as text, and the settings that do not go together.</summary>
public class ScheduleTextTests
{
    static LearningRateSchedule? Make(string? text, int warmUp = 0) => ScheduleText.Make(text, warmUp, steps: 100, stepsPerEpoch: 10);

    [Fact]
    public void Epochs_and_the_rest_of_the_run()
    {
        Assert.Null(Make(null));
        Assert.Null(Make("constant"));
        Assert.Equal([1, 0.5, 0.25], new long[] { 19, 20, 49 }.Select(step => Make("step:2,gamma=0.5")!.Factor(step)));
        Assert.Equal(0.1, Make("multistep:3,5")!.Factor(30), 1e-12);
        Assert.Equal(0.81, Make("exponential:0.9")!.Factor(29), 1e-12);
        Assert.Equal(0.5, Make("cosine")!.Factor(50), 1e-12);
        Assert.Equal(0.55, Make("cosine:minimum=0.1,per=epoch")!.Factor(59), 1e-12);
        Assert.Equal(0.5, Make("cosine", warmUp: 20)!.Factor(60), 1e-12);
        Assert.Equal(0.6, Make("linear:end=0.2")!.Factor(50), 1e-12);
        Assert.Equal(1, Make("triangle:rise=0.3")!.Factor(30), 1e-12);
        Assert.Equal(0.85, Make("onecycle:rise=0.3")!.Momentum(29));
        Assert.Null(Make("onecycle:momentum=off")!.Momentum(29));
        Assert.True(Make("cosine", warmUp: 200)!.MinimumSteps > 100); // which the trainer refuses
    }

    [Theory]
    [InlineData("cosin", "There is no schedule \"cosin\". Did you mean cosine?")]
    [InlineData("step", "\"step\": one number is missing or too many are there. Expected step:EPOCHS[,gamma=0.1].")]
    [InlineData("step:x", "\"step:x\": \"x\" is no whole number. Expected step:EPOCHS[,gamma=0.1].")]
    [InlineData("step:2,gama=1", "\"step:2,gama=1\": step takes no \"gama\". Expected step:EPOCHS[,gamma=0.1].")]
    [InlineData("step:2,gamma=1,gamma=2", "\"step:2,gamma=1,gamma=2\": gamma is given twice.")]
    [InlineData("exponential:0,9", "\"exponential:0,9\": one number is missing or too many are there. Expected exponential:GAMMA. Decimals have a point.")]
    [InlineData("multistep:3,5,gamma=0,1", "\"multistep:3,5,gamma=0,1\": \"1\" stands after a setting with a name. Write decimals with a point. Expected multistep:EPOCH,EPOCH,...[,gamma=0.1].")]
    [InlineData("cosine:minimum=Infinity", "\"cosine:minimum=Infinity\": \"Infinity\" is no number. Expected cosine[:minimum=0][,per=epoch].")]
    [InlineData("cosine:per=year", "\"cosine:per=year\": per is step or epoch, not \"year\". Expected cosine[:minimum=0][,per=epoch].")]
    [InlineData("triangle:rise=1", "triangle: a rise of 1 of 100 steps leaves none on one side. Choose one between 0 and 1.")]
    public void Mistakes_are_named(string text, string message) =>
        Assert.StartsWith(message, Assert.Throws<ArgumentException>(() => Make(text)).Message, StringComparison.Ordinal);

    static string Refusal(RunMethods methods, RunSettings? settings = null) => Assert.Throws<ArgumentException>(() => new TrainingRun(
        (settings ?? new RunSettings("flatten linear:10", Data: "own")) with { Methods = methods }, new RandomImages(40, 1))).Message;

    [Fact]
    public void What_does_not_go_together_is_refused_before_training_starts()
    {
        Assert.StartsWith("There is nothing to look at after each epoch.", Refusal(new RunMethods(KeepBest: true)), StringComparison.Ordinal);
        Assert.StartsWith("There is no weight decay to keep", Refusal(new RunMethods(NoDecayNorms: true)), StringComparison.Ordinal);
        Assert.StartsWith("There are two averages", Refusal(new RunMethods(EmaDecay: 0.9, SwaFrom: 1)), StringComparison.Ordinal);
        Assert.StartsWith("There is no exponential moving average", Refusal(new RunMethods(EmaWarmUp: true)), StringComparison.Ordinal);
        Assert.StartsWith("Steps are skipped by the norm", Refusal(new RunMethods(SkipNonFinite: true)), StringComparison.Ordinal);
        Assert.StartsWith("Label smoothing and class weights are settings of the cross entropy", Refusal(new RunMethods(LossKind.Mse, 0.1f)), StringComparison.Ordinal);
        Assert.StartsWith("A validation share of 0.001 of 40 images leaves none", Refusal(new RunMethods(Validation: 0.001)), StringComparison.Ordinal);
        Assert.StartsWith("Cutout: a square of 33 x 33", Refusal(new RunMethods(Cutout: 33)), StringComparison.Ordinal);
        Assert.StartsWith("RandomCrop: the padding of 32", Refusal(new RunMethods(Crop: 32)), StringComparison.Ordinal);
        Assert.StartsWith("CrossEntropyLoss: expected a label smoothing from 0 to 1", Refusal(new RunMethods(LabelSmoothing: 2)), StringComparison.Ordinal);
        Assert.StartsWith("Trainer: the schedule takes 21 steps, and the run has 20", Refusal(new RunMethods(Schedule: "linear", WarmUp: 20)), StringComparison.Ordinal);
        Assert.StartsWith("OneCycleSchedule: the schedule changes the momentum", Refusal(
            new RunMethods(Schedule: "onecycle"), new RunSettings("flatten linear:10", Optimizer: OptimizerKind.Sgd, Data: "own")), StringComparison.Ordinal);
    }

    [Fact]
    public void Recipes_are_found_by_name_and_can_be_begun()
    {
        Assert.StartsWith("There is no recipe \"resnet2\". Did you mean resnet20?",
            Assert.Throws<ArgumentException>(() => Recipes.Find("resnet2")).Message, StringComparison.Ordinal);
        var recipe = Recipes.Find("ResNet20").Settings;
        var data = Cifar10.FromRecords(SampleRun.Slice);
        var methods = recipe.Methods! with { Scale = ChannelScale.Of(data) };
        Assert.Equal(data.Count / 4, new TrainingRun(recipe with { BatchSize = 4, Methods = methods }, data).StepsPerEpoch);
    }
}
