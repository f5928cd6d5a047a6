namespace Ballast.Tests;

/// <summary>A step of training of the published networks against torchvision 0.14.1 in double: the loss, every gradient, and the outputs after
/// the step in evaluation mode, with dropout and stochastic depth drawn from the same seed. What is allowed is ten times what PyTorch's own
/// float32 is away from its double, and where there are ReLUs a twentieth besides: of a million values some round to the other side of 0.</summary>
public sealed class ModelTrainingTests
{
    static readonly string[] smooth = ["efficientnet_b0", "convnext_tiny", "vit_tiny_cifar"];

    public static TheoryData<string> Names =>
        [.. CatalogState.Recorded.EnumerateObject().Where(static model => model.Value.Find("step") is not null).Select(static model => model.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_step_is_torchvisions(string name)
    {
        var recorded = CatalogState.Recorded.GetProperty(name);
        var step = recorded.GetProperty("step");
        int size = recorded.GetProperty("size").GetInt32();
        var net = CatalogState.Make(name);
        CatalogState.Prepare(net);
        var optimizer = new SGD(net.Parameters(), 0.01f);
        Tensor loss;
        using (Generator.UseDefault(new Generator(2)))
            loss = Loss(net, CatalogState.Batch(size, step.GetProperty("first").GetInt32()));
        loss.Backward();
        double[] recordedLoss = step.GetProperty("loss").Doubles();
        Assert.InRange(Math.Abs(loss.Item() / recordedLoss[0] - 1), 0, 4 * recordedLoss[1] + 1e-5);

        var gradients = step.GetProperty("gradients");
        var parameters = net.NamedParameters().ToList();
        Assert.Equal(gradients.EnumerateObject().Select(static gradient => gradient.Name).Order(), parameters.Select(static p => p.Name).Order());
        double besides = smooth.Contains(name) ? 1e-5 : 0.05;
        double largest = gradients.EnumerateObject().Max(static gradient => gradient.Value[0].GetDouble());
        foreach (var (key, parameter) in parameters)
            CheckGradient(key, gradients.GetProperty(key).Doubles(), parameter.Grad!.ToArray(), besides, largest);

        optimizer.Step();
        net.Eval();
        using var scope = Tensor.NoGrad();
        CatalogState.Near(
            step.GetProperty("after").Doubles(), net.Forward(CatalogState.Image(size)).ToArray(),
            4 * step.GetProperty("after_apart").GetDouble() + besides / 10);
    }

    static Tensor Loss(Module net, Tensor images)
    {
        var cross = new CrossEntropyLoss();
        if (net is GoogLeNet google)
        {
            var labels = Tensor.FromInt64(0, 3, 6, 9);
            var outputs = google.ForwardAll(images);
            return cross.Forward(outputs.Logits, labels)
                + 0.3f * (cross.Forward(outputs.Auxiliary1!, labels) + cross.Forward(outputs.Auxiliary2!, labels));
        }

        if (net is UNet)
        {
            int size = images.Shape[2];
            long[] pixels = [.. Enumerable.Range(0, 4 * size * size).Select(static i => i * 3L % 10)];
            return cross.Forward(net.Forward(images), Tensor.FromInt64(pixels, [4, size, size]));
        }

        return cross.Forward(net.Forward(images), Tensor.FromInt64(0, 3, 6, 9));
    }

    static void CheckGradient(string key, double[] recorded, float[] gradient, double besides, double largest)
    {
        double squares = 0, product = 0;
        for (int i = 0; i < gradient.Length; i++)
        {
            squares += (double)gradient[i] * gradient[i];
            product += gradient[i] * CatalogState.Pattern(i);
        }

        double apart = Math.Max(Math.Abs(Math.Sqrt(squares) - recorded[0]), Math.Abs(product - recorded[1]));
        double allowed = (4 * recorded[2] + besides) * Math.Max(recorded[0], 1e-3 * largest);
        Assert.True(apart <= allowed,
            $"{key}: {Math.Sqrt(squares)} and {product}, recorded {recorded[0]} and {recorded[1]}; apart {apart}, allowed {allowed}");
    }

    [Fact]
    public void GoogLeNets_heads_run_in_training_only_and_may_be_left_out()
    {
        var net = new GoogLeNet(10, new Generator(1));
        var images = CatalogState.Batch(32);
        var training = net.ForwardAll(images);
        Assert.Equal(new Shape(4, 10), training.Auxiliary1!.Shape);
        Assert.Equal(new Shape(4, 10), training.Auxiliary2!.Shape);
        net.Eval();
        using var scope = Tensor.NoGrad();
        var evaluation = net.ForwardAll(images);
        Assert.Null(evaluation.Auxiliary1);
        Assert.Null(evaluation.Auxiliary2);
        Assert.Equal(net.Forward(images).ToArray(), evaluation.Logits.ToArray());
        var alone = new GoogLeNet(10, new Generator(1), auxiliary: false);
        Assert.Null(alone.ForwardAll(images).Auxiliary1);
        Assert.DoesNotContain(alone.StateDict(), static entry => entry.Key.StartsWith("aux", StringComparison.Ordinal));
    }

    [Fact]
    public void Sizes_that_do_not_go_are_refused_with_what_would()
    {
        var error = Assert.Throws<ArgumentException>(static () => VisionTransformer.Tiny(10, imageSize: 30, patchSize: 4));
        Assert.Contains("patches of 4 pixels a side do not divide images of 30", error.Message, StringComparison.Ordinal);
        var net = VisionTransformer.Tiny(10, new Generator(1), imageSize: 32, patchSize: 4);
        error = Assert.Throws<ArgumentException>(() => net.Forward(CatalogState.Image(28)));
        Assert.Contains("expected images [N, 3, 32, 32], got [1, 3, 28, 28]", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(static () => new MobileNetV2(10, width: 0));
        Assert.Throws<ArgumentException>(static () => EfficientNet.B0(10, dropout: 1.5));
        Assert.Throws<ArgumentException>(static () => ConvNeXt.Tiny(10, stochasticDepth: -1));
        Assert.Throws<ArgumentException>(static () => new UNet(0, 2));
    }

    [Theory]
    [InlineData("vgg11_bn")]
    [InlineData("densenet121")]
    [InlineData("googlenet")]
    [InlineData("convnext_tiny")]
    [InlineData("mobilenet_v3_small")]
    [InlineData("unet")]
    public void The_smallest_size_goes_and_the_next_smaller_does_not(string name)
    {
        int size = ModelCatalog.MinimumSize(name);
        var net = CatalogState.Make(name);
        net.Eval();
        using var scope = Tensor.NoGrad();
        Assert.Equal(ModelCatalog.TellsPixels(name) ? [1, 10, size, size] : [1, 10], net.Forward(CatalogState.Image(size)).Shape.ToArray());
        if (size > 1)
            Assert.Throws<ArgumentException>(() => net.Forward(CatalogState.Image(size - 1)));
        Assert.Throws<ArgumentException>(static () => ModelCatalog.MinimumSize("resnet19"));
    }
}
