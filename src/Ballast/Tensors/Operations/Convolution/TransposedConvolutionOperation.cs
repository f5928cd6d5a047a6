using Ballast.Kernels;

namespace Ballast;

/// <summary>The transposed convolution: y is what the gradient of a convolution's input would be if x was that of its result. It reads and
/// writes channels last.</summary>
sealed unsafe class TransposedConvolutionOperation : Operation
{
    readonly Buffer input;
    readonly Buffer weight;
    readonly ConvolutionShape shape; // of the convolution, whose result x is and whose input y is

    TransposedConvolutionOperation(Tensor x, Tensor w, Buffer input, in ConvolutionShape shape) : base(x, w)
    {
        this.input = input.Hold();
        weight = w.Buffer.Hold();
        this.shape = shape;
    }

    /// <summary>The forward pass.</summary>
    /// <param name="x">[N, K, ...], the result of the convolution.</param>
    /// <param name="w">[K, C / groups, ...].</param>
    /// <param name="shape">The sizes of the convolution.</param>
    /// <param name="output">[N, C, ...], the shape of the convolution's input.</param>
    public static Tensor Run(Tensor x, Tensor w, in ConvolutionShape shape, Shape output)
    {
        if (Backend.Current is { } other)
            return other.Apply($"conv_transpose{output.Rank - 2}d", [x, w], ("shape", shape));
        var input = new MemoryOrder(shape.Output).Hold(x);
        var result = Buffer.Rent(shape.Input.Length);
        fixed (float* from = input.Span(shape.Output.Length), weights = w.AsSpan(), to = result.Span(shape.Input.Length))
            Convolution.BackwardInput(shape, from, weights, to);
        var values = new MemoryOrder(shape.Input).Values(result);
        var made = Records(x, w)
            ? new TransposedConvolutionOperation(x, w, input, shape).Produce(output, values)
            : new Tensor(output, values);
        input.Release();
        return made;
    }

    /// <summary>dx = dy * w, the convolution itself; dw is its weight's gradient with dy and x in each other's places.</summary>
    public override void Backward(Values gradient)
    {
        var (x, w) = (First!, Second!);
        var read = new MemoryOrder(shape.Input).Read(gradient, shape.Input.Length);
        fixed (float* dy = read.Span(shape.Input.Length))
        {
            var source = new ImagePrologue(dy, shape.C);
            if (w.RequiresGrad)
            {
                var dw = Buffer.Rent(w.Length);
                fixed (float* to = dw.Span(w.Length), from = input.Span(shape.Output.Length))
                    Convolution.BackwardWeight(shape, source, from, to);
                Give(w, new Values(dw));
            }

            if (x.RequiresGrad)
            {
                var dx = Buffer.Rent(shape.Output.Length);
                fixed (float* to = dx.Span(shape.Output.Length), weights = weight.Span(w.Length))
                    Convolution.Forward(shape, source, weights, null, to);
                Give(x, new MemoryOrder(shape.Output).Values(dx));
            }
        }

        read.Release();
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved()
    {
        input.Release();
        weight.Release();
    }
}
