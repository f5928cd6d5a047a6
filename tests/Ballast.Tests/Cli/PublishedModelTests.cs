namespace Ballast.Tests.Cli;

/// <summary>The published networks by their names: trained, resumed, evaluated and asked.</summary>
public sealed class PublishedModelTests : IDisposable
{
    static readonly string[] Data = ["--data", SampleRun.Slice, "--test-data", SampleRun.Slice, "--batch-size", "50", "--log-every", "1"];

    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    (int ExitCode, string Output, string Errors) Train(params string[] arguments) =>
        BallastCommand.Run(folder, ["train", .. Data, .. arguments]);

    byte[] Weights(string run) => File.ReadAllBytes(Path.Combine(folder.File(run), "weights.safetensors"));

    // Dark pictures and bright ones, in colour.
    void WriteTask(string name, int count = 12)
    {
        for (int i = 0; i < count; i++)
        {
            byte[] pixels = Draw.Bytes(3 * 6 * 4, i);
            PictureMaker.Write(Path.Combine(folder.File(name), "bright", $"{i:00}.png"), 6, 4, [.. pixels.Select(static p => (byte)(200 + p / 5))]);
            PictureMaker.Write(Path.Combine(folder.File(name), "dark", $"{i:00}.png"), 6, 4, [.. pixels.Select(static p => (byte)(p / 5))]);
        }
    }

    // One with stochastic depth and dropout: what they draw goes on where it was.
    [Fact]
    public void A_run_that_is_resumed_ends_with_the_bytes_of_one_that_is_not_and_is_evaluated_from_its_folder()
    {
        var (code, output, errors) = Train("--model", "EfficientNet_B0", "--epochs", "2", "--out", "whole");
        Assert.Equal((0, ""), (code, errors));
        Assert.Contains("Loss after mini-batch", output, StringComparison.Ordinal);
        Assert.Equal(0, Train("--model", "efficientnet_b0", "--epochs", "1", "--out", "run").ExitCode);
        Assert.NotEqual(Weights("whole"), Weights("run"));
        Assert.Equal(0, BallastCommand.Run(folder, "train", "--resume", "run", "--epochs", "2").ExitCode);
        Assert.Equal(Weights("whole"), Weights("run"));

        var settings = Ballast.Lab.RunFolder.Open(folder.File("run")).Record.Settings;
        Assert.Equal(("efficientnet_b0", "efficientnet_b0"), (settings.Layers, settings.Model));
        string test = output.Split('\n').Single(static line => line.StartsWith("Test images", StringComparison.Ordinal));
        string accuracy = test[(test.IndexOf("accuracy ", StringComparison.Ordinal) + "accuracy ".Length)..];
        Assert.Contains($"Accuracy: {accuracy}", BallastCommand.Run(folder, "evaluate", "run").Output, StringComparison.Ordinal);

        var net = ModelCatalog.Create("efficientnet_b0", classes: 10, new Generator(1));
        net.LoadStateDict(StateFile.Load(Path.Combine(folder.File("run"), "weights.safetensors")));
    }

    // Where an epoch has three batches of this small a task, running statistics follow the weights too late: of three seeds the ShuffleNet of one
    // got half of new pictures wrong.
    [Theory]
    [InlineData("vit_tiny", 12, "16", "6")]
    [InlineData("shufflenet_v2_x0_5", 24, "24", "16")]
    public void A_folder_of_pictures_is_learned_and_new_ones_are_named(string model, int count, string size, string epochs)
    {
        WriteTask("task", count);
        WriteTask("fresh", count + 1);
        var (code, output, errors) = BallastCommand.Run(
            folder, "train", "--model", model, "--data", "task", "--test-data", "fresh", "--size", size, "--epochs", epochs, "--batch-size", "8",
            "--drop-last", "--learning-rate", "0.001", "--out", "run");
        Assert.Equal((0, ""), (code, errors));
        Assert.Contains("Test images", output, StringComparison.Ordinal);
        string bright = Path.Combine("fresh", "bright", $"{count}.png"), dark = Path.Combine("fresh", "dark", $"{count}.png");
        (code, output, errors) = BallastCommand.Run(folder, "predict", "run", bright, dark);
        Assert.Equal((0, ""), (code, errors));
        string[] lines = output.Trim().Split('\n');
        Assert.Contains("  bright ", lines[0], StringComparison.Ordinal);
        Assert.Contains("  dark ", lines[1].Replace("    ", "  ", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("train --model mobilenet_v4", "There is no model \"mobilenet_v4\". Did you mean mobilenet_v2?")]
    [InlineData("train --model something", "airbench, resnet34, resnet50")]
    [InlineData("train --model something", "efficientnet_b0, convnext_tiny, vit_tiny, unet.")]
    [InlineData("train mobilenet_v2", "mobilenet_v2 is not a layer but a model. Give --model mobilenet_v2.")]
    [InlineData("train --model vgg16_bn --data fashion-mnist",
        "vgg16_bn: expected images of at least 32 pixels a side, got 28 x 28")]
    [InlineData("train --model unet", "unet tells a class for each pixel; expected a network that tells the class of an image")]
    [InlineData("train --model UNet --data fashion-mnist", "Train it with masks by a program, as samples/Segmentation.cs does")]
    [InlineData("doctor --model unet", "unet tells a class for each pixel")]
    [InlineData("study normalizers --model unet", "unet tells a class for each pixel")]
    [InlineData("train unet", "unet is not a layer but a model. Give --model unet.")]
    [InlineData("study placement --model mobilenet_v2", "mobilenet_v2 has the normalizations that it was published with")]
    public void What_does_not_go_is_refused_with_what_would(string arguments, string message)
    {
        var (code, output, errors) = BallastCommand.Run(folder, arguments.Split(' '));
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(message, errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.File("runs")));
    }

    [Theory]
    [InlineData("vgg11_bn", "31", "vgg11_bn: expected images of at least 32 pixels a side, got 31 x 31", "--size 32")]
    [InlineData("vit_tiny", "30", "vit_tiny: expected square images that patches of 4 pixels a side divide, got 30 x 30", "--size 32")]
    [InlineData("vit_tiny", "48x32", "got 32 x 48", "--size 48")]
    public void Pictures_of_a_size_that_does_not_go_are_refused_with_one_that_does(string model, string size, string message, string remedy)
    {
        WriteTask("task");
        var (code, output, errors) = BallastCommand.Run(folder, "train", "--model", model, "--data", "task", "--size", size, "--out", "run");
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(message, errors, StringComparison.Ordinal);
        Assert.Contains(remedy, errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.File("run")));
    }

    [Fact]
    public void GoogLeNet_is_made_without_its_auxiliary_heads_and_the_rest_as_the_catalogue_makes_it()
    {
        var google = Ballast.Lab.NamedNetworks.Build("googlenet", [3, 32, 32], 10);
        Assert.DoesNotContain(google.StateDict(), static entry => entry.Key.StartsWith("aux", StringComparison.Ordinal));
        using var generator = Generator.UseDefault(new Generator(3));
        var made = Ballast.Lab.NamedNetworks.Build("MobileNet_v2", [3, 32, 32], 10).StateDict();
        var expected = ModelCatalog.Create("mobilenet_v2", 10, new Generator(3)).StateDict();
        Assert.Equal(expected["classifier.1.weight"].Tensor.ToArray(), made["classifier.1.weight"].Tensor.ToArray());
        var grey = Ballast.Lab.NamedNetworks.Build("mobilenet_v2", [1, 28, 28], 10).StateDict();
        Assert.Equal([32, 1, 3, 3], grey["features.0.0.weight"].Shape.ToArray());
    }

    [Fact]
    public void The_UNet_is_made_by_its_name_for_weights_that_are_converted()
    {
        var made = Ballast.Lab.NamedNetworks.Build("UNet", [1, 16, 16], 2);
        Assert.IsType<UNet>(made);
        Assert.Equal([64, 1, 3, 3], made.StateDict()["inc.double_conv.0.weight"].Shape.ToArray());
        Assert.Equal([2, 64, 1, 1], made.StateDict()["outc.conv.weight"].Shape.ToArray());
    }

    [Fact]
    public void The_help_lists_them()
    {
        string[] words = BallastCommand.Run(folder, "train", "--help").Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        string help = string.Join(' ', words);
        Assert.Contains($"published ones: {string.Join(", ", ModelCatalog.Names.Where(static name => name is not "resnet18" and not "unet"))}",
            help, StringComparison.Ordinal);
    }
}
