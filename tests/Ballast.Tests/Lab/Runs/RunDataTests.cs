using Ballast.Lab;

namespace Ballast.Tests.Lab;

public sealed class RunDataTests : IDisposable
{
    readonly TemporaryFolder folder = new();
    readonly RunData source;

    public RunDataTests() => source = new RunData(
        new DatasetOptions { CacheFolder = folder.File("cache"), Download = false, SystemFolders = [] });

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_samples_of_named_datasets_are_the_datasets_own()
    {
        var cifar = RunSamples.Of(Cifar10.FromRecords(SampleRun.Slice));
        Assert.Equal(cifar.Shape, NamedDatasets.Cifar10.Samples.Shape);
        Assert.Equal(cifar.ClassNames, NamedDatasets.Cifar10.Samples.ClassNames);
        Assert.Equal(FashionMnistLayout.ClassNames, NamedDatasets.FashionMnist.Samples.ClassNames);
        Assert.Equal(new Shape(1, 28, 28), NamedDatasets.FashionMnist.Samples.ToShape());
    }

    [Theory]
    [InlineData(null, null, null, null, "cifar10")]
    [InlineData("cifar10", null, null, null, "cifar10")]
    [InlineData("CIFAR10", "cifar10", null, null, "cifar10")]
    [InlineData("fashion-mnist", null, "fashion-mnist", null, "fashion-mnist")]
    [InlineData("fashion-mnist", "Fashion-MNIST", "fashion-mnist", null, "fashion-mnist")]
    [InlineData("fashion-mnist", "cifar10", "fashion-mnist", "cifar10", "cifar10")]
    [InlineData("/some/where/", null, "/some/where", null, null)]
    [InlineData("/some/where", "/else", "/some/where", "/else", "/else")]
    [InlineData("/some/where", "cifar10", "/some/where", "cifar10", "cifar10")]
    [InlineData(null, "/else", null, "/else", "/else")]
    public void Data_is_kept_by_name_or_full_path_and_the_default_unsaid(
        string? data, string? testData, string? kept, string? keptTest, string? tested)
    {
        var settings = RunSettings.Tutorial.WithData(data, testData);
        Assert.Equal((Full(kept), Full(keptTest), Full(tested)), (settings.Data, settings.TestData, settings.TestName));
        Assert.Equal(tested is not null, settings.IsTested);

        // On Windows such a path has a drive.
        static string? Full(string? path) => path is ['/', ..] ? Path.GetFullPath(path) : path;
    }

    [Fact]
    public void A_relative_path_becomes_a_full_one() =>
        Assert.Equal(Path.Combine(Environment.CurrentDirectory, "pictures"), NamedDatasets.Resolve("pictures"));

    [Fact]
    public void A_path_is_a_folder_of_pictures_or_a_file_of_records()
    {
        PictureMaker.WriteTask(folder.File("task"));
        var settings = RunSettings.Tutorial.WithData(folder.File("task"), SampleRun.Slice);
        var images = Assert.IsType<ImageFolder>(source.Train(settings));
        Assert.Same(images, source.Train(settings));      // decoded once
        Assert.IsType<Cifar10>(source.Test(settings));
        Assert.Null(source.Test(RunSettings.Tutorial.WithData(folder.File("task"), null)));
        Assert.Equal("task", Assert.Single(RunData.Describe(images)).Name);
    }

    [Fact]
    public void A_name_opens_the_dataset_of_that_name()
    {
        Assert.Contains("Fashion-MNIST: train-images", Error(RunSettings.Tutorial.WithData("fashion-mnist", null)), StringComparison.Ordinal);
        Assert.Contains("CIFAR-10: data_batch_1.bin", Error(RunSettings.Tutorial), StringComparison.Ordinal);

        string Error(RunSettings settings) => Assert.Throws<IOException>(() => source.Train(settings)).Message;
    }

    [Fact]
    public void What_is_neither_is_refused_with_what_may_have_been_meant()
    {
        string message = Assert.Throws<FileNotFoundException>(() => source.Train(RunSettings.Tutorial.WithData("fashion-mnst", null))).Message;
        Assert.Contains("There is no file or folder", message, StringComparison.Ordinal);
        Assert.Contains("Did you mean fashion-mnist?", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Test_images_of_another_shape_or_of_other_classes_are_refused()
    {
        PictureMaker.WriteTask(folder.File("train"));
        PictureMaker.WriteTask(folder.File("test"));
        var train = new ImageFolder(folder.File("train"));
        source.RefuseOtherTest(RunSettings.Tutorial.WithData(train.Path, folder.File("test")), train);
        source.RefuseOtherTest(RunSettings.Tutorial.WithData(train.Path, null), train);

        Assert.Contains("cifar10-slice.bin has samples [3, 32, 32]. Expected [1, 4, 6]", Refused(SampleRun.Slice), StringComparison.Ordinal);
        PictureMaker.WriteTask(folder.File("other"));
        Directory.Move(Path.Combine(folder.File("other"), "dark"), Path.Combine(folder.File("other"), "dim"));
        Assert.Contains("other has the classes bright, dim. Expected bright, dark", Refused(folder.File("other")), StringComparison.Ordinal);

        string Refused(string test) => Assert.Throws<ArgumentException>(
            () => source.RefuseOtherTest(RunSettings.Tutorial.WithData(train.Path, test), train)).Message;
    }
}
