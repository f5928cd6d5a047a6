using System.Buffers;
using Ballast.Kernels;

namespace Ballast;

/// <summary>z = max(gamma x / sqrt(nu2 + |eps|) + beta, tau), with nu2 the mean of x^2 over a channel of a sample. Singh &amp;
/// Krishnan 2020, equations 1 to 3.</summary>
sealed unsafe class FilterResponseOperation : SampleOperation
{
    // 1 / sqrt(nu2 + |eps|).
    static float* InverseDeviation(SampleRows rows) => rows.Own;

    // The sign of eps.
    static float* Sign(SampleRows rows) => rows.Second;

    Parameter? tau, eps;

    FilterResponseOperation(
        Tensor x, Parameter gamma, Parameter beta, Parameter? tau, Parameter? eps, Buffer source, Buffer constants,
        MemoryOrder order)
        : base(x, gamma, beta, source, constants, order) => (this.tau, this.eps) = (tau, eps);

    /// <summary>The forward pass.</summary>
    /// <param name="x">[N, C, ...].</param>
    /// <param name="gamma">[C].</param>
    /// <param name="beta">[C].</param>
    /// <param name="tau">[C], or null for no threshold.</param>
    /// <param name="eps">[C], or null for <paramref name="epsilon"/>.</param>
    /// <param name="layout">Where the channels lie if x is row-major.</param>
    /// <param name="epsilon">Added to the mean square.</param>
    public static Tensor Run(
        Tensor x, Parameter gamma, Parameter beta, Parameter? tau, Parameter? eps, ChannelLayout layout, double epsilon)
    {
        if (Backend.Current is { } other)
            return other.Apply("filter_response_norm", [x, gamma, beta, tau, eps], ("eps", epsilon));
        var order = MemoryOrder.Of(x, layout);
        var source = order.Hold(x);
        var constants = Buffer.Rent(ConstantCount(layout));
        Fill(source, constants, gamma, beta, tau, eps, order.Layout, epsilon);
        var values = Map<FilterResponseMap>(source, constants, order);
        var output = Records(x, gamma, beta, tau, eps)
            ? new FilterResponseOperation(x, gamma, beta, tau, eps, source, constants, order).Produce(x.Shape, values)
            : new Tensor(x.Shape, values);
        source.Release();
        constants.Release();
        return output;
    }

    static void Fill(
        Buffer source, Buffer constants, Parameter gamma, Parameter beta, Parameter? tau, Parameter? eps, ChannelLayout layout,
        double epsilon)
    {
        int channels = layout.C;
        var all = constants.Span(ConstantCount(layout));
        double[] sums = ArrayPool<double>.Shared.Rent(layout.N * SampleChannels.Sums * channels);
        SampleChannels.Sum<SampleSquareTerm>(source.Span(layout.Length), default, layout, all, sums);
        ReadOnlySpan<float> scale = gamma.AsSpan(), shift = beta.AsSpan();
        ReadOnlySpan<float> threshold = tau is null ? default : tau.AsSpan(), added = eps is null ? default : eps.AsSpan();
        for (int n = 0; n < layout.N; n++)
        {
            var rows = Rows(constants, layout, n);
            for (int c = 0; c < channels; c++)
            {
                double square = sums[n * SampleChannels.Sums * channels + c] / layout.L;
                if (!double.IsFinite(square))
                    square = Square(source, layout, n, c);
                double inverse = Deviations.Inverse(square + (added.IsEmpty ? epsilon : Math.Abs((double)added[c])));
                rows.Scale[c] = (float)(scale[c] * inverse);
                rows.Shift[c] = shift[c];
                rows.Bound[c] = threshold.IsEmpty ? float.NegativeInfinity : threshold[c];
                InverseDeviation(rows)[c] = (float)inverse;
                Sign(rows)[c] = added.IsEmpty ? 0 : float.IsNaN(added[c]) ? float.NaN : MathF.Sign(added[c]);
            }
        }

        ArrayPool<double>.Shared.Return(sums);
    }

    // Of values whose squares are no floats.
    static double Square(Buffer source, ChannelLayout layout, int n, int c)
    {
        fixed (float* x = source.Span(layout.Length))
        {
            var sample = x + (nint)n * layout.C * layout.L;
            return layout.AreRows
                ? PreciseMoments.Of(sample + c, layout.L, layout.C, centered: false).Variance
                : PreciseMoments.Of(sample + (nint)c * layout.L, layout.L, 1, centered: false).Variance;
        }
    }

    /// <summary>With p the gradient where the threshold lets it pass, L values a channel, r = 1 / sqrt(nu2 + |eps|), and sums over a
    /// channel: dgamma = sum p x r, dbeta = sum p, dtau = the sum of what does not pass, deps = -sign(eps) gamma r^3 sum (p x) / 2,
    /// dx = gamma r p - x gamma r^3 sum (p x) / L.</summary>
    public override void Backward(Values gradient) => Backward<FilterResponseTerm, FilterResponseGradient>(gradient);

    /// <inheritdoc/>
    protected override void Finish(ReadOnlySpan<double> sums)
    {
        int channels = Layout.C;
        double[] rented = ArrayPool<double>.Shared.Rent(4 * channels);
        var totals = rented.AsSpan(0, 4 * channels);
        totals.Clear();
        for (int n = 0; n < Layout.N; n++)
        {
            var rows = Rows(n);
            var own = Own(sums, n);
            for (int c = 0; c < channels; c++)
            {
                double passed = own[c], product = own[channels + c], inverse = InverseDeviation(rows)[c];
                double through = rows.Scale[c] * inverse * inverse * product;
                rows.Slope[c] = (float)(-through / Layout.L);
                totals[c] += product * inverse;
                totals[channels + c] += passed;
                totals[2 * channels + c] += own[2 * channels + c];
                totals[3 * channels + c] -= Sign(rows)[c] * through / 2;
            }
        }

        Give((Parameter)Second!, totals[..channels]);
        Give((Parameter)Third!, totals[channels..]);
        Give(tau, totals[(2 * channels)..]);
        Give(eps, totals[(3 * channels)..]);
        ArrayPool<double>.Shared.Return(rented);
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved()
    {
        base.ReleaseSaved();
        tau = eps = null;
    }
}
