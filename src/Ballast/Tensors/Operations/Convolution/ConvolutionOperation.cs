using Ballast.Kernels;

namespace Ballast;

/// <summary>y = x * w + b: the convolution of images [N, C, H, W] with w [K, C / groups, kernel, kernel], of sequences [N, C, L] and volumes
/// [N, C, D, H, W] likewise. It reads and writes channels last, and takes a normalization before it as a recipe: that activation is never
/// written, nor kept for the
/// backward pass.</summary>
sealed unsafe class ConvolutionOperation : Operation
{
    [ThreadStatic] static ChannelMoments? moments;

    readonly Values input;
    readonly Buffer weight;
    readonly ConvolutionShape shape;

    ConvolutionOperation(Tensor x, Tensor w, Tensor? b, Values input, in ConvolutionShape shape) : base(x, w, b)
    {
        this.input = input.Hold();
        weight = w.Buffer.Hold();
        this.shape = shape;
    }

    /// <summary>The forward pass. Where nothing is recorded it is made when it is read.</summary>
    public static Tensor Run(Tensor x, Tensor w, Tensor? b, in ConvolutionShape shape, Shape output)
    {
        if (Backend.Current is { } other)
            return other.Apply($"conv{output.Rank - 2}d", [x, w, b], ("shape", shape));
        bool record = Tensor.Recording && (x.RequiresGrad || w.RequiresGrad || b is { RequiresGrad: true });
        var input = ImagePrologues.Hold(x, shape.Input);
        if (!record)
        {
            var prepared = w is Parameter weight ? PreparedWeight.Hold(weight, shape) : null;
            return new Tensor(output, new Values(new DeferredConvolution(
                input, w.Buffer.Hold(), b?.Buffer.Hold(), prepared, null, shape)));
        }

        int length = shape.Output.Length;
        var result = Buffer.Rent(length);
        // A batch normalization follows more often than not: its moments cost little here, and a pass over memory there.
        var taken = Convolution.TakesMoments(shape) ? moments ??= new ChannelMoments() : null;
        fixed (float* weights = w.AsSpan(), bias = b is null ? default : b.AsSpan(), y = result.Span(length))
            Convolution.Forward(shape, ImagePrologues.Open(input, shape.Input), weights, bias, y, new Epilogue { Moments = taken });

        var order = new MemoryOrder(shape.Output);
        var values = taken is null ? order.Values(result) : order.Values(result, taken);
        var made = new ConvolutionOperation(x, w, b, input, shape).Produce(output, values);
        input.Release();
        return made;
    }

    /// <summary>db = the sums of dy over all pixels; dw and dx are convolutions of dy themselves.</summary>
    public override void Backward(Values gradient)
    {
        var (x, w, b) = (First!, Second!, Third);
        ReleaseOutput(); // the gradient may be written over it
        int length = shape.Output.Length;
        var read = new MemoryOrder(shape.Output).Read(gradient, length);
        if (b is { RequiresGrad: true })
        {
            var sums = Buffer.Rent(shape.K);
            Reductions.SumRows(read.Span(length), shape.Output.PerChannel, shape.K, sums.Span(shape.K));
            Give(b, new Values(sums));
        }

        fixed (float* dy = read.Span(length))
        {
            if (w.RequiresGrad)
                GiveWeight(w, dy);
            if (x.RequiresGrad)
                GiveInput(x, read, dy, w.Length);
        }

        read.Release();
    }

    void GiveWeight(Tensor w, float* dy)
    {
        var dw = Buffer.Rent(w.Length);
        fixed (float* to = dw.Span(w.Length))
            Convolution.BackwardWeight(shape, ImagePrologues.Open(input, shape.Input), dy, to);
        Give(w, new Values(dw));
    }

    void GiveInput(Tensor x, Buffer read, float* dy, int weightLength)
    {
        var order = new MemoryOrder(shape.Input);
        var dx = Place.For(shape.Input.Length, Winograd.CanOverwrite(shape) ? read : null);
        // What other readers of the input have given before is added as this gradient is written.
        var before = x.Producer?.Gradient(x.OutputIndex).Take() is { IsEmpty: false } gathered
            ? order.Read(gathered, shape.Input.Length) : null;
        fixed (float* to = dx.Span(shape.Input.Length), weights = weight.Span(weightLength))
        fixed (float* added = before is null ? default : before.Span(shape.Input.Length))
            Convolution.BackwardInput(shape, dy, weights, to, new Epilogue { Added = added });
        before?.Release();
        Give(x, order.Values(dx));
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved()
    {
        input.Release();
        weight.Release();
    }
}
