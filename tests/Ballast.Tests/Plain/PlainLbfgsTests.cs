namespace Ballast.Tests.Plain;

/// <summary>Steps of <see cref="LBFGS"/> through random networks, each beside its formula in double, given the gradient that the step began
/// with and what was remembered then.</summary>
public class PlainLbfgsTests
{
    const double Rate = 0.1;
    const int HistorySize = 3, Steps = 6;

    // What is remembered after a step, and the direction that it went.
    sealed record Aim(
        Number[] Direction, List<Number[]> Changes, List<Number[]> Moves, List<Number> Inverses, Number Scale, Number Step, Number Slope);

    static Number[] Numbers(StateDict state, string name) => PlainBackend.Read(state[$"0.{name}"].Tensor).Values;

    static List<Number[]> Rows(StateDict state, string name)
    {
        int rows = state[$"0.{name}"].Shape[0];
        var all = Numbers(state, name);
        return [.. Enumerable.Range(0, rows).Select(row => all[(row * all.Length / rows)..((row + 1) * all.Length / rows)])];
    }

    static Number Dot(Number[] x, Number[] y)
    {
        Number sum = 0;
        for (int i = 0; i < x.Length; i++)
            Number.Add(ref sum, x[i], y[i]);
        return sum;
    }

    static Number[] Plus(Number[] x, Number share, Number[] y) => [.. x.Zip(y, (a, b) => a + share * b)];

    // Nocedal and Wright 2006, algorithm 7.4, with the first guess (7.20).
    static Aim Next(StateDict before, Number[] gradient)
    {
        Number[] minus = Array.ConvertAll(gradient, static g => -g);
        if (before["0.step"].Number == 0)
        {
            Number sum = 0;
            foreach (var g in gradient)
                Number.Add(ref sum, Math.Abs(g.Value));
            return new(minus, [], [], [], 1, Rate * (sum > 1 ? 1 / sum : 1), Dot(gradient, minus));
        }

        var (changes, moves, inverses) = (Rows(before, "old_dirs"), Rows(before, "old_stps"), Numbers(before, "ro").ToList());
        var scale = Numbers(before, "H_diag")[0];
        Number[] change = Plus(gradient, -1, Numbers(before, "prev_flat_grad"));
        Number[] move = Array.ConvertAll(Numbers(before, "d"), d => d * Numbers(before, "t")[0]);
        var curvature = Dot(change, move);
        if (curvature > 1e-10)
        {
            changes.Add(change);
            moves.Add(move);
            inverses.Add(1 / curvature);
            scale = curvature / Dot(change, change);
        }

        if (changes.Count > HistorySize)
        {
            changes.RemoveAt(0);
            moves.RemoveAt(0);
            inverses.RemoveAt(0);
        }

        var direction = minus;
        var shares = new Number[changes.Count];
        for (int i = shares.Length - 1; i >= 0; i--)
        {
            shares[i] = inverses[i] * Dot(moves[i], direction);
            direction = Plus(direction, -shares[i], changes[i]);
        }

        direction = Array.ConvertAll(direction, d => scale * d);
        for (int i = 0; i < shares.Length; i++)
            direction = Plus(direction, shares[i] - inverses[i] * Dot(changes[i], direction), moves[i]);
        return new(direction, changes, moves, inverses, scale, new Number(Rate, Rate), Dot(gradient, direction));
    }

    // Makes a step, and tells what differs; null where rounding decides whether it goes on, or nothing does.
    static string? Fault(LBFGS optimizer, Parameter[] parameters, Func<Tensor> loss, out bool isTold)
    {
        var before = optimizer.StateDict();
        float[] start = All(parameters, static parameter => parameter);
        float[]? first = null;
        optimizer.Step(() =>
        {
            optimizer.ZeroGrad();
            var computed = loss();
            computed.Backward();
            first ??= All(parameters, static parameter => parameter.Frozen ? null : parameter.Grad);
            return computed;
        });
        isTold = false;
        Number[] gradient = Array.ConvertAll(first!, static g => new Number(g));
        float[] now = All(parameters, static parameter => parameter);
        if (!first!.All(float.IsFinite))
            return null;
        if (first!.Max(Math.Abs) <= 1e-7)
            return start.SequenceEqual(now) ? null : "there is no gradient, and it moved";
        Number.Ties = 0;
        var aim = Next(before, gradient);
        bool stays = aim.Slope > -1e-9;
        if (Number.Ties > 0)
            return null;
        isTold = Comparison.IsTelling(aim.Direction);
        var state = optimizer.StateDict();
        var (moves, changes) = (aim.Moves.SelectMany(static row => row).ToArray(), aim.Changes.SelectMany(static row => row).ToArray());
        Number[] end = [.. start.Select((w, i) => stays || IsFrozen(parameters, i) ? w : w + aim.Step * aim.Direction[i])];
        return Comparison.Difference("direction", aim.Direction, state["0.d"].Tensor.AsSpan())
            ?? Comparison.Difference("steps", moves, state["0.old_stps"].Tensor.AsSpan())
            ?? Comparison.Difference("changes of the gradient", changes, state["0.old_dirs"].Tensor.AsSpan())
            ?? Comparison.Difference("inverses", [.. aim.Inverses], state["0.ro"].Tensor.AsSpan())
            ?? Comparison.Difference("scale and length", [aim.Scale, aim.Step], [state["0.H_diag"].Tensor.Item(), state["0.t"].Tensor.Item()])
            ?? Comparison.Difference("weights", end, now);
    }

    static float[] All(Parameter[] parameters, Func<Parameter, Tensor?> values) =>
        [.. parameters.SelectMany(parameter => values(parameter)?.ToArray() ?? new float[parameter.Length])];

    static bool IsFrozen(Parameter[] parameters, int place)
    {
        int which = 0;
        for (; place >= parameters[which].Length; which++)
            place -= parameters[which].Length;
        return parameters[which].Frozen;
    }

    [Fact]
    public void Directions_and_steps_through_random_networks()
    {
        int steps = 0, told = 0;
        List<string> faults = [];
        for (int seed = 0; seed < 150; seed++)
        {
            var network = RandomNetworks.Draw(seed);
            Parameter[] parameters = [.. network.Layers.SelectMany(static layer => layer.Module?.Parameters() ?? [])];
            int length = parameters.Sum(static parameter => parameter.Length);
            if (parameters.All(static parameter => parameter.Frozen) || length > 2000)
                continue;
            using var generator = Generator.UseDefault(new Generator(seed));
            LBFGS optimizer = new(parameters, Rate, maxIter: 1, historySize: HistorySize);
            for (int step = 0; step < Steps; step++)
            {
                var input = Tensor.From(Draw.Floats(network.Input.Length, seed), network.Input);
                if (Fault(optimizer, parameters, () => network.Loss(input, 0), out bool isTold) is { } fault)
                    faults.Add($"{network}, step {step}: {fault}");
                (steps, told) = (steps + 1, told + (isTold ? 1 : 0));
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.True(told > steps / 2, $"of {steps} steps {told} said something");
    }

    // Both conditions, from the losses and slopes at the step's two ends.
    [Fact]
    public void A_searched_step_fulfils_the_strong_Wolfe_conditions()
    {
        Tensor a = Draw.Data([12, 5], 1), b = Draw.Data([12], 2);
        var w = Draw.Weights([5], 3);
        LBFGS optimizer = new([w], 1, maxIter: 1, lineSearch: LineSearch.StrongWolfe);
        (double Loss, double[] Gradient) At()
        {
            w.ZeroGrad();
            var loss = (a.MatMul(w).Tanh() - b).Square().Sum() + w.Square().Sum() * 0.01;
            loss.Backward();
            return (loss.Item(), Array.ConvertAll(w.Grad!.ToArray(), static g => (double)g));
        }

        for (int step = 0; step < 8; step++)
        {
            float[] start = w.ToArray();
            var (loss, gradient) = At();
            optimizer.Step(() =>
            {
                w.ZeroGrad();
                var computed = (a.MatMul(w).Tanh() - b).Square().Sum() + w.Square().Sum() * 0.01;
                computed.Backward();
                return computed;
            });
            var state = optimizer.StateDict();
            float[] direction = state["0.d"].Tensor.ToArray();
            double length = state["0.t"].Tensor.Item();
            for (int i = 0; i < start.Length; i++)
                Assert.Equal(start[i] + length * direction[i], w.AsSpan()[i], 1e-6);
            var (after, slopes) = At();
            double slope = gradient.Zip(direction, static (g, d) => g * d).Sum(), now = slopes.Zip(direction, static (g, d) => g * d).Sum();
            Assert.True(after <= loss + 1e-4 * length * slope + 1e-6 * loss, $"step {step}: from {loss} to {after} at the slope {slope}");
            Assert.True(Math.Abs(now) <= 0.9 * Math.Abs(slope) + 1e-6, $"step {step}: the slope was {slope} and is {now}");
        }
    }
}
