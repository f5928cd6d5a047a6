using System.Globalization;

namespace Ballast.Tests.Plain;

/// <summary>Random networks on the default backend, deferred and eager, against the plain one.</summary>
public class RandomNetworkTests
{
    /// <summary>What is wrong with a network; null where nothing is. Told is whether the comparison said something: where a ReLU or a
    /// maximum is so close to its edge that rounding decides, it does not.</summary>
    static string? Fault(RandomNetwork network, out bool told)
    {
        told = false;
        try
        {
            var fast = network.Run();
            List<(string Name, Tensor Values)> eager, plain;
            using (Compute.Eager())
                eager = network.Run();
            Number.Ties = 0;
            using (Backend.Use(new PlainBackend()))
                plain = network.Run();
            if (Number.Ties > 0)
                return null;
            if (!plain.Select(static entry => entry.Name).SequenceEqual(fast.Select(static entry => entry.Name)))
                return $"expected {string.Join(", ", plain.Select(static entry => entry.Name))}, got {string.Join(", ", fast.Select(static entry => entry.Name))}";
            for (int i = 0; i < plain.Count; i++)
            {
                var expected = PlainBackend.Read(plain[i].Values).Values;
                if (plain[i].Name.Contains("running", StringComparison.Ordinal))
                    expected = Comparison.Loosened(expected);
                told |= plain[i].Name.StartsWith("gradient", StringComparison.Ordinal) && Comparison.IsTelling(expected);
                if (Comparison.Difference($"deferred, {plain[i].Name}", expected, fast[i].Values.AsSpan()) is { } difference)
                    return difference;
                if (Comparison.Difference($"eager, {plain[i].Name}", expected, eager[i].Values.AsSpan()) is { } other)
                    return other;
            }

            return null;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            return $"{failure.GetType().Name}: {failure.Message} {failure.StackTrace}";
        }
    }

    /// <summary>The smallest network that still fails, by leaving out what it does not need.</summary>
    static (RandomNetwork Network, string Fault) Shrink(RandomNetwork network, string fault)
    {
        for (bool smaller = true; smaller;)
        {
            smaller = false;
            List<RandomNetwork?> candidates = [network.With(1, false, network.AsksInput), network.With(network.Steps, false, network.AsksInput)];
            candidates.AddRange(Enumerable.Range(0, network.Layers.Count).Reverse().Select(network.Without));
            foreach (var candidate in candidates)
            {
                if (candidate is null || candidate.ToString() == network.ToString() || Fault(candidate, out _) is not { } still)
                    continue;
                (network, fault, smaller) = (candidate, still, true);
                break;
            }
        }

        return (network, fault);
    }

    static (int Told, List<string> Faults) Check(int first, int count)
    {
        int told = 0;
        List<string> faults = [];
        for (int seed = first; seed < first + count && faults.Count < 20; seed++)
        {
            var network = RandomNetworks.Draw(seed);
            if (Fault(network, out bool said) is { } fault)
            {
                var (smallest, smallestFault) = Shrink(network, fault);
                faults.Add($"{smallest}: {smallestFault}");
            }

            told += said ? 1 : 0;
        }

        return (told, faults);
    }

    [Fact]
    public void Random_networks_give_what_the_plain_backend_gives()
    {
        int count = System.Numerics.Vector<float>.Count >= 8 && System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated ? 2000 : 200;
        var (told, faults) = Check(0, count);
        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.True(told > count / 2, $"{told} of {count} networks said something");
    }

    [EnvironmentFact("BALLAST_RANDOM_NETWORKS")]
    public void As_many_as_were_asked_for_give_it()
    {
        // COUNT, or FIRST+COUNT.
        int[] asked = [.. Environment.GetEnvironmentVariable("BALLAST_RANDOM_NETWORKS")!.Split('+')
            .Select(static number => int.Parse(number, CultureInfo.InvariantCulture))];
        int count = asked[^1];
        var (told, faults) = Check(asked.Length > 1 ? asked[0] : 10_000, count);
        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.True(told > count / 2, $"{told} of {count} networks said something");
    }
}
