using Ballast.Kernels;

namespace Ballast;

/// <summary>y = x * w + b: the convolution of images [N, C, H, W] with w [K, C / groups, kernel, kernel]. It reads and writes
/// channels last, and takes a normalization before it as a recipe: that activation is never written, nor kept for the
/// backward pass.</summary>
sealed unsafe class ConvolutionOperation : Operation
{
    [ThreadStatic] static ChannelMoments? moments;

    readonly Values input;
    readonly Buffer weight;
    readonly ConvolutionShape shape;

    ConvolutionOperation(Tensor x, Tensor w, Parameter? b, Values input, in ConvolutionShape shape) : base(x, w, b)
    {
        this.input = input.Hold();
        weight = w.Buffer.Hold();
        this.shape = shape;
    }

    /// <summary>The forward pass. Where nothing is recorded it is made when it is read.</summary>
    public static Tensor Run(Tensor x, Tensor w, Parameter? b, in ConvolutionShape shape)
    {
        bool record = Tensor.Recording && (x.RequiresGrad || w.RequiresGrad || b is { RequiresGrad: true });
        var input = ImageValues.Hold(x, shape.Input);
        Shape output = [shape.N, shape.K, shape.OutH, shape.OutW];
        if (!record)
        {
            var prepared = w is Parameter weight ? PreparedWeight.Hold(weight, shape) : null;
            return new Tensor(output, new Values(new DeferredConvolution(
                input, w.Buffer.Hold(), b?.Buffer.Hold(), prepared, null, shape, relu: false)));
        }

        int length = shape.Output.Length;
        var result = Buffer.Rent(length);
        // A batch normalization follows more often than not: its statistics cost next to nothing here, and a pass over
        // memory there.
        var sums = DepthwiseConvolution.Fits(shape) ? null : moments ??= new ChannelMoments();
        fixed (float* weights = w.AsSpan(), bias = b is null ? default : b.AsSpan(), y = result.Span(length))
        {
            Convolution.Forward(
                shape, ImageValues.Open(input, shape.Input), weights, bias, y, new ResultEnd { Moments = sums });
        }

        double[]? statistics = null;
        if (sums is not null)
        {
            sums.Finish(statistics = new double[2 * shape.K]);
            if (!ChannelTables.AreFinite(statistics, 1))
                statistics = null; // squares that are no floats: a normalization measures for itself
        }

        var values = new Values(new ChannelsLast(result, shape.Output, statistics));
        var made = new ConvolutionOperation(x, w, b, input, shape).Produce(output, values);
        input.Release();
        return made;
    }

    /// <summary>db = the sums of dy over all pixels; dw and dx are convolutions of dy themselves.</summary>
    public override void Backward(Values gradient)
    {
        var (x, w, b) = (First!, Second!, (Parameter?)Third);
        if (gradient.Recipe is PooledGradient)
            ReleaseOutput(); // the gradient may be written over it
        if (gradient.Recipe is NormalizedGradient normalized && normalized.Layout == shape.Output)
        {
            ReleaseOutput(); // the gradient may be written over it
            if (!x.RequiresGrad && b is not { RequiresGrad: true } && normalized.CanOpen)
            {
                if (w.RequiresGrad)
                    GiveWeight(w, normalized.Open());
                gradient.Release();
                return;
            }
        }

        int length = shape.Output.Length;
        var read = ChannelsLast.Read(gradient, shape.Output);
        if (b is { RequiresGrad: true })
        {
            var sums = Buffer.Rent(shape.K);
            Reductions.SumRows(read.Span(length), shape.Output.PerChannel, shape.K, sums.Span(shape.K));
            Give(b, new Values(sums));
        }

        fixed (float* dy = read.Span(length))
        {
            if (w.RequiresGrad)
                GiveWeight(w, new GradientSource(dy));
            if (x.RequiresGrad)
                GiveInput(x, read, dy, w.Length);
        }

        read.Release();
    }

    void GiveWeight(Tensor w, GradientSource dy)
    {
        var dw = Buffer.Rent(w.Length);
        fixed (float* to = dw.Span(w.Length))
            Convolution.BackwardWeight(shape, ImageValues.Open(input, shape.Input), dy, to);
        Give(w, new Values(dw));
    }

    void GiveInput(Tensor x, Buffer read, float* dy, int weightLength)
    {
        bool over = read.IsExclusive && Winograd.CanOverwrite(shape);
        var dx = over ? read.Hold() : Buffer.Rent(shape.Input.Length);
        var end = new InputGradientEnd(DepthwiseConvolution.Fits(shape) ? default : input, shape, x);
        fixed (float* to = dx.Span(shape.Input.Length), weights = weight.Span(weightLength))
            Convolution.BackwardInput(shape, dy, weights, to, end.Open());
        Give(x, new Values(end.Finish(dx)));
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved()
    {
        input.Release();
        weight.Release();
    }
}
