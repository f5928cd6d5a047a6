using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Ballast.StrangerTests.Cifar;

/// <summary>Networks for CIFAR, written as any program writes them, against PyTorch 1.13.1 (<c>cifar_models.py</c>): the parameters, the keys and the
/// bits of the initial weights, then the loss, the outputs and the gradients of a step of training.</summary>
public class CifarModelTests
{
    static readonly Dictionary<string, Func<Module>> models = new()
    {
        ["LeNet"] = static () => new LeNet(),
        ["PreActResNet18"] = static () => CifarResidual.PreActResNet18(),
        ["SENet18"] = static () => CifarResidual.PreActResNet18(squeezes: true),
        ["ResNeXt29"] = static () => CifarResidual.ResNeXt29(),
        ["RegNetY400"] = CifarResidual.RegNetY400,
        ["DPN26"] = CifarResidual.Dpn26,
        ["ShuffleNetG2"] = CifarSmall.ShuffleNetG2,
        ["PNASNetB"] = static () => CifarSmall.PnasNetB(),
        ["DLA"] = CifarBranches.Dla,
        ["EfficientNetB0"] = static () => new EfficientNetCifar(),
        ["DenseNetCifar"] = static () => CifarBranches.DenseNetCifar(),
        ["MobileNet"] = CifarSmall.MobileNet,
        ["GoogLeNet"] = static () => new GoogLeNetCifar(),
    };

    public static TheoryData<string> Names => [.. models.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void It_begins_and_learns_as_PyTorchs_does(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Cifar", "cifar_models.json")));
        var recorded = document.RootElement.GetProperty(name);
        Module net;
        using (Generator.UseDefault(new Generator(1)))
            net = models[name]();
        CheckState(net, recorded);

        float[] pixels = [.. Enumerable.Range(0, 4 * 3 * 32 * 32).Select(static i => i * 7919L % 10007 * 31 % 101 / 50f - 1)];
        Tensor outputs;
        using (Generator.UseDefault(new Generator(2)))
            outputs = net.Forward(Tensor.From(pixels, [4, 3, 32, 32]));
        double[] expected = [.. recorded.GetProperty("outputs").EnumerateArray().Select(static value => value.GetDouble())];
        double allowed = 10 * recorded.GetProperty("apart").GetDouble() + 1e-5, scale = expected.Max(Math.Abs);
        Assert.All(expected.Zip(outputs.ToArray()), pair => Assert.InRange(Math.Abs(pair.First - pair.Second) / scale, 0, allowed));

        var loss = new CrossEntropyLoss().Forward(outputs, Tensor.FromInt64(0, 3, 6, 9));
        Assert.InRange(Math.Abs(loss.Item() / recorded.GetProperty("loss").GetDouble() - 1), 0, allowed);
        loss.Backward();
        CheckGradients(net, recorded.GetProperty("gradients"), Math.Min(0.1, 3 * recorded.GetProperty("moves").GetDouble() + 1e-5));
    }

    static void CheckState(Module net, JsonElement recorded)
    {
        Assert.Equal(recorded.GetProperty("parameters").GetInt64(), net.Parameters().Sum(static parameter => (long)parameter.Length));
        var lines = new StringBuilder();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (key, entry) in net.StateDict())
        {
            lines.Append(key).Append(" [").AppendJoin(", ", entry.Shape.ToArray()).Append("]\n");
            hash.AppendData(MemoryMarshal.AsBytes(entry.Number is { } number ? new float[] { number } : entry.Tensor.AsSpan()));
        }

        byte[] names = SHA256.HashData(Encoding.UTF8.GetBytes(lines.ToString()));
        Assert.Equal(recorded.GetProperty("names").GetString(), Convert.ToHexStringLower(names)[..16]);
        Assert.Equal(recorded.GetProperty("weights").GetString(), Convert.ToHexStringLower(hash.GetHashAndReset())[..16]);
    }

    // Their lengths, and their products with a pattern. Of a million values before a ReLU some round to the other side of 0: what is allowed goes
    // by how far the gradients move when the images change by a millionth, up to a tenth.
    static void CheckGradients(Module net, JsonElement recorded, double allowed)
    {
        var parameters = net.NamedParameters().ToList();
        Assert.Equal(recorded.GetArrayLength(), parameters.Count);
        double largest = recorded.EnumerateArray().Where(static g => g.ValueKind == JsonValueKind.Array).Max(static g => g[0].GetDouble());
        foreach (var ((name, parameter), gradient) in parameters.Zip(recorded.EnumerateArray()))
        {
            if (gradient.ValueKind == JsonValueKind.Null)
            {
                Assert.Null(parameter.Grad);
                continue;
            }

            double squares = 0, product = 0, length = gradient[0].GetDouble();
            float[] values = parameter.Grad!.ToArray();
            for (int i = 0; i < values.Length; i++)
            {
                squares += (double)values[i] * values[i];
                product += values[i] * (i * 7 % 29 / 14f - 1);
            }

            double apart = Math.Max(Math.Abs(Math.Sqrt(squares) - length), Math.Abs(product - gradient[1].GetDouble()));
            Assert.True(apart <= allowed * Math.Max(length, 1e-3 * largest),
                $"{name}: {Math.Sqrt(squares)} and {product}, recorded {length} and {gradient[1].GetDouble()}; allowed {allowed}.");
        }
    }
}
