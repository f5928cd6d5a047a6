using System.Globalization;
using Ballast.Tests;
using Ballast.Tests.Plain;

namespace Ballast.Onnx.Tests;

/// <summary>Random networks as ONNX Runtime computes them.</summary>
public class RandomNetworkTests
{
    // What a graph does not have. Fractional pools draw where their windows begin.
    static readonly string[] Refused = ["packed sequences", "draws random numbers", "ctc_loss"];

    // What a refusal advises that a batch of one size helps against.
    const string FixedInstead = "DynamicBatch = false";

    static void Check(int first, int count)
    {
        using Folder folder = new();
        List<string> faults = [];
        int exported = 0, refused = 0, fixedSize = 0, refusedOpen = 0;
        for (int seed = first; seed < first + count && faults.Count < 20; seed++)
        {
            var network = RandomNetworks.Draw(seed);
            RandomModule module = new(network.Layers);
            bool winograd = module.NamedModules().Any(static part => part.Module is Conv2d or ConvTranspose2d);
            try
            {
                string? Fault(bool anyBatch)
                {
                    fixedSize += anyBatch ? 0 : 1;
                    return Exported.Fault(module, [Exported.Draw(network.Input, seed)], inputs => module.Run(inputs[0]), folder.File("model.onnx"),
                        winograd ? 1e-4 : 1e-5, new OnnxExportOptions { DynamicBatch = anyBatch }, leastScale: 0.1);
                }

                string? fault;
                bool anyBatch = TakesAnyBatch(module, network.Input);
                try
                {
                    fault = Fault(anyBatch);
                }
                catch (NotSupportedException refusal) when (anyBatch && refusal.Message.Contains(FixedInstead, StringComparison.Ordinal))
                {
                    refusedOpen++;
                    fault = Fault(anyBatch: false);
                }

                if (fault is not null)
                    faults.Add($"{seed}: {fault}");

                exported++;
            }
            catch (NotSupportedException refusal) when (Refused.Any(reason => refusal.Message.Contains(reason, StringComparison.Ordinal))
                || network.Layers.Any(static layer => layer.Name.StartsWith("FractionalMaxPool2d", StringComparison.Ordinal)))
            {
                refused++;
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                faults.Add($"{seed}: {module}: {failure.GetType().Name}: {failure.Message}");
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.Equal(count, exported + refused);
        Assert.True(refusedOpen < count / 1000.0, $"{refusedOpen} of {count} networks take any batch, and their graphs do not");
        // Tables and targets of random networks are made for one batch.
        Assert.True(exported - fixedSize > count / 2 && refused < count / 10,
            $"of {count}, {refused} were refused, {fixedSize} take one size of batch");
    }

    // A value whose last axis is the batch's fits others by its size.
    static bool TakesAnyBatch(RandomModule module, Shape input)
    {
        try
        {
            foreach (int batch in new[] { 1, 2, 3, 5, 7 })
                Exported.Evaluate(inputs => module.Run(inputs[0]), [Exported.Draw(input.WithBatch(batch), 1)]);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    [Fact]
    public void Random_networks_give_what_ONNX_Runtime_gives() => Check(0, 1000);

    [EnvironmentFact("BALLAST_ONNX_NETWORKS")]
    public void As_many_as_were_asked_for_give_it() =>
        Check(1000, int.Parse(Environment.GetEnvironmentVariable("BALLAST_ONNX_NETWORKS")!, CultureInfo.InvariantCulture));
}
