// An operation with a gradient of one's own, as torch.autograd.Function: rounding to -1 and 1 whose gradient passes straight through.
// dotnet run samples/OwnOperation.cs [-- --short]
#:project ../src/Ballast
using Ballast;

int epochs = args.Contains("--short") ? 5 : 30;
Generator.Default.ManualSeed(42);

// A network whose hidden values are single bits learns which of four corners a point is nearest to.
var x = Tensor.Rand([1024, 2]) * 2 - 1;
var positive = (x > 0).To(ElementType.Float32);
var corners = (positive[.., 0] * 2 + positive[.., 1]).To(ElementType.Int64);
var net = new Sequential(new Linear(2, 16), new BatchNorm1d(16), new Binarize(), new Linear(16, 4));
new Trainer(net, new Adam(net.Parameters(), 1e-2), new DataLoader(new TensorDataset(x, corners), 32, shuffle: true), new TrainerOptions
{
    Epochs = epochs,
    Callbacks = [new LineWriter()],
}).Fit();

sealed class Binarize : Module
{
    public override Tensor Forward(Tensor input) => new StraightThrough().Apply(input)[0];
}

// Bengio et al. 2013: forward the sign, backward the gradient where |x| is at most 1.
sealed class StraightThrough : Function
{
    protected override Tensor[] Forward(FunctionContext context, ReadOnlySpan<Tensor> inputs)
    {
        context.Save(inputs[0]);
        float[] signs = [.. inputs[0].ToArray().Select(value => value < 0 ? -1f : 1f)];
        return [Tensor.From(signs, inputs[0].Shape)];
    }

    protected override Tensor?[] Backward(FunctionContext context, ReadOnlySpan<Tensor> gradients)
    {
        float[] values = gradients[0].ToArray(), x = context.Saved(0).ToArray();
        for (int i = 0; i < values.Length; i++)
            values[i] = Math.Abs(x[i]) <= 1 ? values[i] : 0;
        return [Tensor.From(values, gradients[0].Shape)];
    }
}
