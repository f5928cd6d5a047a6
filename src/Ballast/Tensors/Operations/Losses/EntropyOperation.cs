namespace Ballast;

/// <summary>h[n] = -sum over c of p ln p, with p = softmax(x[n]).</summary>
sealed class EntropyOperation : Operation
{
    readonly Buffer probabilities;
    readonly Buffer slopes; // ln p + h, by which p is multiplied
    readonly float weight; // of one row's entropy in the output; 0 where every row has its own

    EntropyOperation(Tensor x, Buffer probabilities, Buffer slopes, float weight) : base(x)
    {
        this.probabilities = probabilities.Hold();
        this.slopes = slopes.Hold();
        this.weight = weight;
    }

    /// <summary>The forward pass.</summary>
    /// <param name="x">Logits [N, C].</param>
    /// <param name="reduction">How the rows' entropies become the output.</param>
    public static Tensor Run(Tensor x, Reduction reduction)
    {
        if (Backend.Current is { } other)
            return other.Apply("entropy", x, ("reduction", reduction));
        int rows = x.Shape[0], classes = x.Shape[1];
        var (probabilities, slopes, entropies) = (Buffer.Rent(x.Length), Buffer.Rent(x.Length), Buffer.Rent(rows));
        var each = entropies.Span(rows);
        Kernels.Softmax.Compute(x.Read(), probabilities.Span(x.Length), each, rows, classes);
        double sum = 0;
        for (int n = 0; n < rows; n++)
        {
            each[n] = Row(
                x.Read().Slice(n * classes, classes), probabilities.Span(n * classes, classes), each[n],
                slopes.Span(n * classes, classes));
            sum += each[n];
        }

        Shape shape = [rows];
        var values = new Values(entropies);
        if (reduction != Reduction.None)
        {
            shape = Shape.Scalar;
            values = new Values(Buffer.Single((float)(sum / reduction.Divisor(x.Shape, rows))));
            entropies.Release();
        }

        float weight = (float)reduction.Share(x.Shape, rows);
        var result = Records(x)
            ? new EntropyOperation(x, probabilities, slopes, weight).Produce(shape, values)
            : new Tensor(shape, values);
        probabilities.Release();
        slopes.Release();
        return result;
    }

    // The logits' difference from their largest first: it keeps its digits where they are large.
    static float Row(ReadOnlySpan<float> x, ReadOnlySpan<float> p, float logSum, Span<float> slopes)
    {
        float max = x[0];
        foreach (float value in x)
            max = Math.Max(max, value);
        double entropy = 0;
        for (int c = 0; c < x.Length; c++)
        {
            slopes[c] = x[c] - max - logSum;
            entropy -= p[c] == 0 ? 0 : (double)p[c] * slopes[c];
        }

        for (int c = 0; c < x.Length; c++)
            slopes[c] += (float)entropy;
        return (float)entropy;
    }

    /// <summary>dx[n, c] = -dh[n] p (ln p + h[n]).</summary>
    public override void Backward(Values gradient)
    {
        int length = First!.Length, classes = First.Shape[1];
        var incoming = gradient.Read(Output.Length);
        var dh = incoming.Span(Output.Length);
        var dx = Buffer.Rent(length);
        Span<float> p = probabilities.Span(length), slope = slopes.Span(length), to = dx.Span(length);
        for (int i = 0; i < length; i++)
        {
            float scale = weight == 0 ? dh[i / classes] : dh[0] * weight;
            to[i] = p[i] == 0 ? 0 : -scale * p[i] * slope[i];
        }

        incoming.Release();
        Give(First, new Values(dx));
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved()
    {
        probabilities.Release();
        slopes.Release();
    }
}
