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
            var fast = network.Run(leads: true);
            List<(string Name, Tensor Values)> eager, plain;
            using (Compute.Eager())
                eager = network.Run();
            if (network.FaultOfSteps is { } step)
                return step;
            Number.Ties = 0;
            using (Backend.Use(new PlainBackend()))
                plain = network.Run();
            if (Number.Ties > 0)
                return null;
            if (!plain.Select(static entry => entry.Name).SequenceEqual(fast.Select(static entry => entry.Name)))
                return $"expected {string.Join(", ", plain.Select(static entry => entry.Name))}, got {string.Join(", ", fast.Select(static entry => entry.Name))}";
            for (int i = 0; i < plain.Count; i++)
            {
                if (!network.Running.TryGetValue(plain[i].Name, out var expected))
                    expected = PlainBackend.Read(plain[i].Values).Values;
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

    /// <summary>What is wrong with networks of some seeds; how many of them said something.</summary>
    static void Check(int first, int count, int every = 1)
    {
        int told = 0, large = 0, largeTold = 0, steps = 0, stepsTold = 0, workers = Math.Min(2, Environment.ProcessorCount);
        List<string> faults = [];
        Lock results = new();
        // What a network computes belongs to its thread.
        Parallel.For(0, workers, worker =>
        {
            for (int i = worker; i < count && faults.Count < 20; i += workers)
            {
                var network = RandomNetworks.Draw(first + i * every);
                string? fault = Fault(network, out bool said);
                var seen = network.StepsSeen;
                if (fault is not null)
                {
                    var (smallest, smallestFault) = Shrink(network, fault);
                    fault = $"{smallest}: {smallestFault}";
                }

                lock (results)
                {
                    told += said ? 1 : 0;
                    (steps, stepsTold) = (steps + seen.Made, stepsTold + seen.Told);
                    large += network.IsLarge ? 1 : 0;
                    largeTold += network.IsLarge && said ? 1 : 0;
                    if (fault is not null)
                        faults.Add(fault);
                }
            }
        });

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.True(told > count / 2, $"{told} of {count} networks said something");
        Assert.True(stepsTold > steps * 3 / 4, $"of {steps} steps {stepsTold} said something");
        Assert.True(large >= count / 400 && (large == 0 || largeTold > large / 3), $"of {count} networks {large} were large, and {largeTold} of these said something");
    }

    [Fact]
    public void Random_networks_give_what_the_plain_backend_gives() =>
        Check(0, IsNarrowed ? 200 : 2000);

    // Whether the registers are narrower than the processor's by order, as they are where the tests run once more.
    static bool IsNarrowed => Environment.GetEnvironmentVariable("DOTNET_EnableAVX512") == "0"
        || Environment.GetEnvironmentVariable("DOTNET_EnableAVX2") == "0";

    [EnvironmentFact("BALLAST_RANDOM_NETWORKS")]
    public void As_many_as_were_asked_for_give_it()
    {
        // COUNT, FIRST+COUNT, or FIRST+COUNTxEVERY for each so manieth seed: one of 400 is large.
        string[] asked = Environment.GetEnvironmentVariable("BALLAST_RANDOM_NETWORKS")!.Split('+', 'x');
        int[] numbers = [.. asked.Select(static number => int.Parse(number, CultureInfo.InvariantCulture))];
        Check(numbers.Length > 1 ? numbers[0] : 10_000, numbers[Math.Min(1, numbers.Length - 1)], numbers.Length > 2 ? numbers[2] : 1);
    }
}
