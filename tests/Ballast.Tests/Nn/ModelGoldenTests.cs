using System.Text.Json;

namespace Ballast.Tests;

/// <summary>The models against the same networks in PyTorch 1.13.1 and torchvision 0.14.1: from a seed to logits and losses.
/// </summary>
public sealed class ModelGoldenTests : IDisposable
{
    static readonly JsonElement Cases = Golden.Load("models.json").GetProperty("cases");

    readonly byte[] before = Generator.Default.GetState();

    public void Dispose() => Generator.Default.SetState(before);

    public static TheoryData<string> Names => [.. Cases.EnumerateArray().Select(c => c.GetProperty("name").GetString()!)];

    static JsonElement Recorded(string name) =>
        Cases.EnumerateArray().Single(c => c.GetProperty("name").GetString() == name);

    static Module Make(string name)
    {
        Generator.Default.ManualSeed(42);
        return name switch
        {
            "mlp" => new Mlp(),
            "vgg-small" => new VggSmall(),
            "resnet20" => new ResNet20(),
            _ => new ResNet18(classes: 10),
        };
    }

    static (Tensor Images, Tensor Targets) Batch(JsonElement recorded)
    {
        int count = recorded.GetProperty("batch").GetInt32(), size = recorded.GetProperty("size").GetInt32();
        return (Tensor.Rand([count, 3, size, size], new Generator(7)), Tensor.FromInt64([.. Enumerable.Range(0, count).Select(i => i % 10)]));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_seed_gives_PyTorchs_weights_under_its_keys(string name)
    {
        var recorded = Recorded(name);
        var state = Make(name).StateDict();
        var expected = recorded.GetProperty("state").EnumerateArray().Select(entry => (
            entry[0].GetString()!, new Shape(entry[1].Ints()).ToString(),
            entry[2].GetString())).ToList();
        Assert.Equal(expected, state.Select(static entry => (
            entry.Key, entry.Value.Shape.ToString(),
            entry.Value.Tensor is { ElementType: ElementType.Float32 } tensor ? Golden.Digest(tensor.AsSpan()) : null)));
        // Nothing was drawn besides.
        Assert.Equal(recorded.GetProperty("next_draw").GetSingle(), Tensor.Rand([1]).Item());
    }

    // Up to 20 layers, each a few roundings of 6e-8 on values of order 1 to 10; normalization spreads small ones.
    [Theory]
    [MemberData(nameof(Names))]
    public void Logits_are_PyTorchs_in_both_modes(string name)
    {
        var recorded = Recorded(name);
        var net = Make(name);
        var (images, _) = Batch(recorded);
        Near.Equal(recorded.GetProperty("training").Floats(), net.Forward(images).AsSpan(), 2e-5, "in training mode");
        net.Eval();
        Near.Equal(recorded.GetProperty("evaluation").Floats(), net.Forward(images).AsSpan(), 2e-5, "in evaluation mode");
        using var off = Tensor.NoGrad();
        Near.Equal(recorded.GetProperty("evaluation").Floats(), net.Forward(images).AsSpan(), 2e-5, "without gradients");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_first_losses_are_PyTorchs(string name)
    {
        var recorded = Recorded(name);
        var net = Make(name);
        var (images, targets) = Batch(recorded);
        var optimizer = new SGD(net.Parameters(), recorded.GetProperty("rate").GetSingle(), momentum: 0.9f);
        double[] exact = recorded.GetProperty("losses").Doubles();
        // The farthest of PyTorch's runs in float32, row-major, channels last and six from weights moved by their last digit, is about as far
        // from PyTorch in float64 as a correct run can be; it grows from step to step.
        double[] apart = recorded.GetProperty("apart").Doubles();
        double itself = 0;
        for (int step = 0; step < exact.Length; step++)
        {
            optimizer.ZeroGrad();
            var loss = new CrossEntropyLoss().Forward(net.Forward(images), targets);
            loss.Backward();
            optimizer.Step();
            itself = Math.Max(itself, apart[step]);
            Assert.Equal(exact[step], loss.Item(), 2e-6 + 4 * itself);
        }
    }
}
