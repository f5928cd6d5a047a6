using F = Ballast.Functional;

namespace Ballast.Tests.Programs;

/// <summary>pytorch/examples' regression: a polynomial of the fourth degree by its powers, the weights moved by hand.</summary>
static class PolynomialRegression
{
    public static IEnumerable<double> Losses()
    {
        var (w, b) = (Tensor.Randn([4, 1]) * 5, Tensor.Randn([1]) * 5);
        var fc = new Linear(4, 1);
        while (true)
        {
            var random = Tensor.Randn([32]).Unsqueeze(1);
            var x = Tensor.Concat([random, random.Pow(2), random.Pow(3), random.Pow(4)], axis: 1);
            var y = x.MatMul(w) + b;
            fc.ZeroGrad();
            var output = F.SmoothL1Loss(fc.Forward(x), y);
            output.Backward();
            foreach (var parameter in fc.Parameters())
                parameter.CopyFrom(parameter.Detach() - 0.1 * parameter.Grad!);
            yield return output.Item();
        }
    }
}
