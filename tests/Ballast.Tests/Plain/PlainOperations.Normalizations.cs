using Ballast.Kernels;

namespace Ballast.Tests.Plain;

// Normalizations. x is [N, C, ...]; what follows the channels is one axis of positions here.
static partial class PlainOperations
{
    static Numbers Positions(Numbers x)
    {
        int n = x.Shape[0], c = x.Shape[1];
        return x.Reshape(n, c, n * c == 0 ? 0 : x.Values.Length / n / c);
    }

    // A number for each channel, as it stands beside [N, C, L].
    static Numbers? Channels(Numbers? values) => values?.Reshape(1, values.Values.Length, 1);

    // Statistics that were kept as floats.
    static Numbers Row(double[] values, int start, int count) => new(
        new Shape(1, count, 1), Array.ConvertAll(values[start..(start + count)], static v => new Number(v, 4 * Math.Abs(v))));

    // The samples of one of several equal parts of a batch.
    internal static Numbers Part(Numbers x, int part, int parts)
    {
        int[] sizes = x.Shape.ToArray();
        sizes[0] /= parts;
        int length = x.Values.Length / parts;
        return x.Move(new Shape(sizes), i => part * length + i);
    }

    internal static (Numbers Mean, Numbers Variance) Moments(Numbers x, params int[] axes)
    {
        var mean = x.Mean(axes);
        return (mean, (x - mean).Square().Mean(axes));
    }

    // Mean and biased variance of each group of numbers: [2, groups].
    static Numbers Stacked(Numbers mean, Numbers variance)
    {
        int count = mean.Values.Length;
        return Numbers.Gather(new Shape(2, count), [mean, variance], i => (i / count, i % count));
    }

    static Numbers ChannelMoments(Numbers x, int chunks)
    {
        Numbers[] parts = [.. Enumerable.Range(0, chunks).Select(chunk =>
        {
            var (mean, variance) = Moments(Positions(Part(x, chunk, chunks)), 0, 2);
            return Stacked(mean, variance);
        })];
        int length = parts[0].Values.Length;
        return Numbers.Gather(new Shape(chunks, length), parts, i => (i / length, i % length));
    }

    // (x - mean) / sqrt(variance + eps) gamma + beta, for each part of the batch; r and d correct it (Ioffe 2017).
    static Numbers BatchNorm(Node node, Numbers[] x)
    {
        int chunks = node.Get<int>("chunks"), channels = x[0].Shape[1];
        double[]? given = node.Get<double[]?>("statistics"), correction = node.Get<double[]?>("correction");
        bool pairs = x.Length > 3;
        var parts = new Numbers[chunks];
        for (int chunk = 0; chunk < chunks; chunk++)
        {
            var part = Positions(Part(x[0], chunk, chunks));
            int at = chunk * 2 * channels;
            Numbers mean, variance;
            if (node.Get<bool>("of_batch") && node.Get<ICommunicator?>("communicator") is { } workers)
                (mean, variance) = SharedMoments(part, workers, node.Get<double>("count"));
            else
                (mean, variance) = given is null ? Moments(part, 0, 2) : (Row(given, at, channels), Row(given, at + channels, channels));
            var y = (part - mean) / (variance + node.Get<double>("eps")).Sqrt();
            if (correction is not null)
                y = y * Row(correction, at, channels) + Row(correction, at + channels, channels);
            Numbers? gamma = x[1 + (pairs ? 2 * chunk : 0)], beta = x[2 + (pairs ? 2 * chunk : 0)];
            y = gamma is null ? y : y * Channels(gamma)!;
            parts[chunk] = beta is null ? y : y + Channels(beta)!;
        }

        int length = parts[0].Values.Length;
        return Numbers.Gather(x[0].Shape, parts, i => (i / length, i % length));
    }

    // The moments of all workers' samples. The gradient that comes back to a mean comes from all workers.
    static (Numbers Mean, Numbers Variance) SharedMoments(Numbers part, ICommunicator workers, double count)
    {
        var mean = Shared(part.Sum(0, 2), workers) / count;
        return (mean, Shared((part - mean).Square().Sum(0, 2), workers) / count);
    }

    static Numbers Shared(Numbers sums, ICommunicator workers) => sums.Together(values =>
    {
        double[] all = [.. values.Select(static v => v.Value), .. values.Select(static v => v.Error)];
        workers.AllReduceSum(all);
        return [.. values.Select((_, i) => new Number(all[i], all[values.Length + i]))];
    });

    // Groups of neighbouring channels of each sample; gamma and beta have a number for each channel.
    static Numbers GroupNorm(Node node, Numbers[] x, bool centered)
    {
        int n = node.Get<int>("samples"), groups = node.Get<int>("groups"), channels = node.Get<int>("channels");
        int positions = x[0].Values.Length / Math.Max(1, n * groups * channels);
        var rows = x[0].Reshape(n, groups, channels * positions);
        var (mean, variance) = centered ? Moments(rows, 2) : (0.0, rows.Square().Mean(2));
        var y = ((rows - mean) / (variance + node.Get<double>("eps")).Sqrt()).Reshape(n, groups * channels, positions);
        y = x[1] is null ? y : y * Channels(x[1])!;
        return (x[2] is null ? y : y + Channels(x[2])!).Reshape(x[0].Shape.ToArray());
    }

    // max(gamma x / sqrt(mean of x^2 + |eps|) + beta, tau).
    static Numbers FilterResponse(Node node, Numbers[] x)
    {
        var values = Positions(x[0]);
        Numbers eps = x[4] is null ? node.Get<double>("eps") : Apply(Channels(x[4])!, Math.Abs, static v => Math.Sign(v));
        var y = Channels(x[1])! * values / (values.Square().Mean(2) + eps).Sqrt() + Channels(x[2])!;
        if (x[3] is not null)
            y = Numbers.Zip(y, Channels(x[3])!, static (a, t) => a > t ? a : t, static (a, t) => a.Value > t.Value ? 1 : 0, static (a, t) => a.Value > t.Value ? 0 : 1);
        return y.Reshape(x[0].Shape.ToArray());
    }

    // x / max(sqrt(batch variance + eps), v x + sqrt(variance of the sample + eps)) gamma + beta.
    static Numbers EvoNormB0(Node node, Numbers[] x)
    {
        var values = Positions(x[0]);
        double[]? given = node.Get<double[]?>("statistics");
        double eps = node.Get<double>("eps");
        var ofBatch = given is null ? Moments(values, 0, 2).Variance : Row(given, given.Length / 2, given.Length / 2);
        var left = (ofBatch + eps).Sqrt();
        var right = Channels(x[3])! * values + (Moments(values, 2).Variance + eps).Sqrt();
        var larger = Numbers.Zip(left, right, static (a, b) => b > a ? b : a, static (a, b) => b.Value > a.Value ? 0 : 1, static (a, b) => b.Value > a.Value ? 1 : 0);
        return (values / larger * Channels(x[1])! + Channels(x[2])!).Reshape(x[0].Shape.ToArray());
    }

    // x sigmoid(v x) / sqrt(variance of the group + eps) gamma + beta.
    static Numbers EvoNormS0(Node node, Numbers[] x)
    {
        var values = Positions(x[0]);
        int n = values.Shape[0], c = values.Shape[1], groups = node.Get<int>("groups");
        var grouped = values.Reshape(n, groups, c / groups * values.Shape[2]);
        int[] group = Places.Broadcast(new Shape(n, groups, 1), grouped.Shape);
        var deviation = (Moments(grouped, 2).Variance + node.Get<double>("eps")).Sqrt().Move(values.Shape, i => group[i]);
        var gate = Apply(Channels(x[3])! * values, Sigmoid, static v => Sigmoid(v) * Sigmoid(-v), static _ => 1);
        return (values * gate / deviation * Channels(x[1])! + Channels(x[2])!).Reshape(x[0].Shape.ToArray());
    }

    // x / (k + alpha / size times the sum of squares of neighbouring channels)^beta.
    static Numbers LocalResponse(Numbers x, ResponseNormalization rule)
    {
        var values = Positions(x);
        int n = values.Shape[0], c = values.Shape[1], l = values.Shape[2];
        var sums = Numbers.Products(values.Shape, values.Square(), 1.0, term =>
        {
            for (int i = 0; i < n * c * l; i++)
            {
                int channel = i / l % c;
                for (int other = Math.Max(0, channel - rule.Size / 2); other < Math.Min(c, channel - rule.Size / 2 + rule.Size); other++)
                    term(i, i + (other - channel) * l, 0);
            }
        });
        var scale = Apply(rule.Alpha / (double)rule.Size * sums + rule.K, v => Math.Pow(v, -rule.Beta), v => -rule.Beta * Math.Pow(v, -rule.Beta - 1));
        return (values * scale).Reshape(x.Shape.ToArray());
    }

    static Dictionary<string, Rule> Normalizations => new()
    {
        ["channel_moments"] = static (node, x) => ChannelMoments(x[0], node.Get<int>("chunks")),
        ["batch_norm"] = BatchNorm,
        ["group_norm"] = static (node, x) => GroupNorm(node, x, centered: true),
        ["rms_norm"] = static (node, x) => GroupNorm(node, x, centered: false),
        ["filter_response_norm"] = FilterResponse,
        ["evo_norm_b0"] = EvoNormB0,
        ["evo_norm_s0"] = EvoNormS0,
        ["local_response_norm"] = static (node, x) => LocalResponse(x[0], node.Get<ResponseNormalization>("rule")),
    };
}
