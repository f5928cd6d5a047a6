namespace Ballast.StrangerTests;

public class OwnOperationTests
{
    [Fact]
    public void An_operation_of_ones_own_has_its_gradient()
    {
        Parameter x = new(Tensor.From([1, 2, -3], [3])), y = new(Tensor.From([5, 7, 11], [3]));
        var results = new CubeAndProduct().Apply(x, y);
        Assert.Equal([1, 8, -27], results[0].ToArray());
        Assert.Equal([5, 14, -33], results[1].ToArray());
        (results[0].Sum() + (results[1] * 2f).Sum()).Backward();
        Assert.Equal([13, 26, 49], x.Grad!.ToArray());
        Assert.Equal([2, 4, -6], y.Grad!.ToArray());
    }

    /// <summary>x^3 and x y.</summary>
    sealed class CubeAndProduct : Function
    {
        protected override Tensor[] Forward(FunctionContext context, ReadOnlySpan<Tensor> inputs)
        {
            context.Save(inputs);
            return [inputs[0] * inputs[0] * inputs[0], inputs[0] * inputs[1]];
        }

        protected override Tensor?[] Backward(FunctionContext context, ReadOnlySpan<Tensor> gradients)
        {
            var (x, y) = (context.Saved(0), context.Saved(1));
            return [gradients[0] * 3f * x * x + gradients[1] * y, gradients[1] * x];
        }
    }
}
