using Ballast.Kernels;

namespace Ballast.Tests.Plain;

// Losses.
static partial class PlainOperations
{
    static Numbers Reduced(Numbers losses, Reduction reduction, double? divisor = null)
    {
        if (reduction == Reduction.None)
            return losses;
        var sum = losses.Sum([.. Enumerable.Range(0, losses.Shape.Rank)]).Reshape();
        return reduction switch
        {
            Reduction.Sum => sum,
            Reduction.BatchMean => sum / losses.Shape[0],
            _ => sum / (divisor ?? losses.Values.Length),
        };
    }

    static Numbers Reduced(Node node, Numbers losses) => Reduced(losses, node.Get<Reduction>("reduction"));

    // The losses of goal[n, c, i] times -x[n, c, i], summed over c; the mean divides by the weights of the labels that count.
    static Numbers Likelihood(Node node, Numbers x, Numbers target, double smoothing)
    {
        var (weights, ignore, reduction) = (node.Get<float[]?>("weights"), node.Get<long>("ignore"), node.Get<Reduction>("reduction"));
        int classes = x.Shape[1], positions = x.Values.Length / x.Shape[0] / classes;
        double[] goal = new double[x.Values.Length];
        double divisor = 0;
        for (int n = 0; n < target.Values.Length; n++)
        {
            int label = (int)target.Values[n].Value;
            if (label == ignore)
                continue;
            for (int c = 0; c < classes; c++)
                goal[(n / positions * classes + c) * positions + n % positions] = (weights?[c] ?? 1) * ((c == label ? 1 - smoothing : 0) + smoothing / classes);
            divisor += weights?[label] ?? 1;
        }

        var losses = (-1 * (Numbers.Constant(x.Shape, goal) * x).Sum(1)).Reshape(target.Shape.ToArray());
        return divisor == 0 && reduction == Reduction.Mean ? 0 * Reduced(losses, Reduction.Sum) : Reduced(losses, reduction, divisor);
    }

    static Numbers BinaryCrossEntropy(Numbers x, Numbers t)
    {
        static Numbers Logarithm(Numbers v) => Apply(v, static p => Math.Max(Math.Log(p), -100), static p => 1 / Math.Max(p, 1e-12), static _ => 1);
        return -1 * (t * Logarithm(x) + (1 - t) * Logarithm(1 - x));
    }

    static Numbers LogisticCrossEntropy(Numbers x, Numbers t, Numbers? weights)
    {
        Numbers w = weights ?? 1.0;
        var likely = Apply(x, static v => -Softplus(-v), static v => Sigmoid(-v), static _ => 1);
        var unlikely = Apply(x, static v => -Softplus(v), static v => -Sigmoid(v), static _ => 1);
        return -1 * (w * t * likely + (1 - t) * unlikely);
    }

    static Numbers Entropy(Numbers x)
    {
        var logarithms = x - LogSumExp(x, [1]);
        return -1 * (Exponential(logarithms) * logarithms).Sum(1).Reshape(x.Shape[0]);
    }

    static Numbers Magnitude(Numbers x)
    {
        foreach (var value in x.Values)
            Number.Watch(value, 0);
        return x.Map(static v => v.Through(Math.Abs, Math.Sign(v.Value), Math.Abs(v.Value)), static (v, _) => Math.Sign(v.Value));
    }

    // A parabola up to beta, a line from there on; both have the same value and slope there.
    static Numbers Smooth(Numbers d, double beta, double scale) => Apply(
        d,
        v => scale * (Math.Abs(v) < beta ? v * v / 2 / beta : Math.Abs(v) - beta / 2),
        v => scale * (Math.Abs(v) < beta ? v / beta : Math.Sign(v)), v => scale * (Math.Abs(v) + beta));

    static Numbers Divergence(Node node, Numbers x, Numbers t)
    {
        if (node.Get<bool>("log_target"))
            return Exponential(t) * (t - x);
        return Apply(t, static p => p == 0 ? 0 : p * Math.Log(p), static p => Math.Log(p) + 1, static _ => 1) - t * x;
    }

    // All ways to go through the steps, one class at each, that read the labels once repetitions and then blanks are left out.
    static Numbers Alignment(Node node, Numbers x)
    {
        var batch = node.Get<AlignmentBatch>("batch");
        var losses = new Numbers[batch.Samples];
        for (int sample = 0; sample < losses.Length; sample++)
        {
            List<int[]> paths = [];
            int steps = batch.Steps[sample], ways = (int)Math.Pow(batch.Classes, steps);
            for (int way = 0; way < ways; way++)
            {
                int[] path = [.. Enumerable.Range(0, steps).Select(t => way / (int)Math.Pow(batch.Classes, t) % batch.Classes)];
                var read = path.Where((label, t) => label != batch.Blank && (t == 0 || label != path[t - 1]));
                if (read.SequenceEqual(batch.Labels[sample]))
                    paths.Add(path);
            }

            int n = sample;
            var sums = Numbers.Products(new Shape(paths.Count), x, 1.0, term =>
            {
                for (int i = 0; i < paths.Count; i++)
                {
                    for (int t = 0; t < steps; t++)
                        term(i, (t * batch.Samples + n) * batch.Classes + paths[i][t], 0);
                }
            });
            losses[sample] = -1 * LogSumExp(sums, [0]).Reshape(1);
        }

        return Numbers.Gather(new Shape(losses.Length), losses, static n => (n, 0));
    }

    static Dictionary<string, Rule> Losses => new()
    {
        ["cross_entropy"] = static (node, x) => Likelihood(node, x[0] - LogSumExp(x[0], [1]), x[1], node.Get<double>("smoothing")),
        ["nll_loss"] = static (node, x) => Likelihood(node, x[0], x[1], 0),
        ["entropy"] = static (node, x) => Reduced(node, Entropy(x[0])),
        ["mse_loss"] = static (node, x) => Reduced(node, (x[0] - x[1]).Square()),
        ["l1_loss"] = static (node, x) => Reduced(node, Magnitude(x[0] - x[1])),
        ["smooth_l1_loss"] = static (node, x) => Reduced(node, Smooth(x[0] - x[1], node.Get<double>("beta"), node.Get<double>("scale"))),
        ["binary_cross_entropy"] = static (node, x) => Reduced(node, BinaryCrossEntropy(x[0], x[1])),
        ["binary_cross_entropy_with_logits"] = static (node, x) => Reduced(node, LogisticCrossEntropy(x[0], x[1], x[2])),
        ["kl_div"] = static (node, x) => Reduced(node, Divergence(node, x[0], x[1])),
        ["ctc_loss"] = static (node, x) => Alignment(node, x[0]),
    };
}
