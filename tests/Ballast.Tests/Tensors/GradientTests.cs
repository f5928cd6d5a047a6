using FsCheck;
using FsCheck.Fluent;

namespace Ballast.Tests.Tensors;

/// <summary>The gradient of every operation against central differences in double.</summary>
public class GradientTests
{
    static Parameter Positive(Shape shape, int seed) =>
        new(Tensor.From(Draw.Floats(shape.Length, seed, 0.4f, 3), shape));

    delegate Tensor Binary(Tensor x, Tensor y);

    static readonly Dictionary<string, (Binary Float, Func<double, double, double> Double)> Binaries = new()
    {
        ["+"] = (static (x, y) => x + y, static (x, y) => x + y),
        ["-"] = (static (x, y) => x - y, static (x, y) => x - y),
        ["*"] = (static (x, y) => x * y, static (x, y) => x * y),
        ["/"] = (static (x, y) => x / y, static (x, y) => x / y),
    };

    static void CheckBinary(string name, Shape shapeX, Shape shapeY)
    {
        var (x, y) = (Draw.Weights(shapeX, 1), Positive(shapeY, 2));
        var common = Reference.Broadcast(shapeX, shapeY);
        GradientCheck.Run([x, y], () => Binaries[name].Float(x, y),
            v => Reference.Zip(v[0], shapeX, v[1], shapeY, common, Binaries[name].Double));
    }

    [Theory]
    [InlineData("+")]
    [InlineData("-")]
    [InlineData("*")]
    [InlineData("/")]
    public void Arithmetic_with_and_without_broadcasting(string name)
    {
        CheckBinary(name, [3, 4], [3, 4]);
        CheckBinary(name, [19], [19]);
        CheckBinary(name, [3, 4], [4]);
        CheckBinary(name, [4], [3, 4]);
        CheckBinary(name, [3, 1], [1, 5]);
        CheckBinary(name, [2, 3, 5], [3, 1]);
        CheckBinary(name, [2, 3], []);
        CheckBinary(name, [], [2, 3]);
        CheckBinary(name, [], []);
        CheckBinary(name, [2, 1, 3, 1], [4, 1, 2]);
    }

    [Fact]
    public void Arithmetic_over_any_shapes_that_broadcast()
    {
        var shapes =
            from rank in Gen.Choose(0, 4)
            from sizes in Gen.ArrayOf(Gen.Choose(1, 3), rank)
            from left in Gen.ArrayOf(Gen.Choose(0, 2), rank)
            from right in Gen.ArrayOf(Gen.Choose(0, 2), rank)
            from cut in Gen.Choose(0, rank)
            from name in Gen.Elements("+", "-", "*", "/")
            select (name, x: Shrunk(sizes, left), y: Shrunk(sizes, right)[cut..]);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(60), Prop.ForAll(shapes.ToArbitrary(),
            static c => CheckBinary(c.name, new Shape(c.x), new Shape(c.y))));

        // Where the mark is 0, the axis is broadcast.
        static int[] Shrunk(int[] sizes, int[] marks) => [.. sizes.Zip(marks, static (size, mark) => mark == 0 ? 1 : size)];
    }

    [Theory]
    [InlineData("exp")]
    [InlineData("log")]
    [InlineData("sqrt")]
    [InlineData("relu")]
    [InlineData("negate")]
    public void Functions_of_one_tensor(string name)
    {
        var x = name is "log" or "sqrt" ? Positive([5, 7], 3) : Draw.Weights([5, 7], 3);
        GradientCheck.Run([x],
            () => name switch
            {
                "exp" => x.Exp(),
                "log" => x.Log(),
                "sqrt" => x.Sqrt(),
                "relu" => x.Relu(),
                _ => -x,
            },
            v => name switch
            {
                "exp" => Array.ConvertAll(v[0], Math.Exp),
                "log" => Array.ConvertAll(v[0], Math.Log),
                "sqrt" => Array.ConvertAll(v[0], Math.Sqrt),
                "relu" => Reference.Relu(v[0]),
                _ => Array.ConvertAll(v[0], static value => -value),
            });
    }

    [Fact]
    public void Sum_and_mean()
    {
        var x = Draw.Weights([3, 11], 4);
        GradientCheck.Run([x], () => x.Sum(), static v => [v[0].Sum()]);
        GradientCheck.Run([x], () => x.Mean(), static v => [v[0].Average()]);
        // Behind a function whose slope differs from place to place: the gradient that comes in is not one number.
        GradientCheck.Run([x], () => (x.Exp() * x.Mean()).Sum(),
            static v => [v[0].Sum(Math.Exp) * v[0].Average()]);
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 3, 4)]
    [InlineData(3, 17, 5)]
    [InlineData(8, 4, 33)]
    [InlineData(5, 1, 6)]
    public void Matrix_products(int m, int k, int n)
    {
        var (a, b) = (Draw.Weights([m, k], 5), Draw.Weights([k, n], 6));
        GradientCheck.Run([a, b], () => a.MatMul(b), v => Reference.MatMul(v[0], v[1], m, k, n));
        b.Frozen = true;
        GradientCheck.Run([a, b], () => a.MatMul(b), v => Reference.MatMul(v[0], v[1], m, k, n));
        (a.Frozen, b.Frozen) = (true, false);
        GradientCheck.Run([a, b], () => a.MatMul(b), v => Reference.MatMul(v[0], v[1], m, k, n));
    }

    [Fact]
    public void Transposing_and_reshaping()
    {
        var (a, b) = (Draw.Weights([3, 5], 7), Draw.Weights([3, 2], 8));
        GradientCheck.Run([a, b], () => a.Transpose().MatMul(b),
            static v => Reference.MatMul(Reference.Transpose(v[0], 3, 5), v[1], 5, 3, 2));
        GradientCheck.Run([a, b], () => a.Reshape([5, 3]).MatMul(b),
            static v => Reference.MatMul(v[0], v[1], 5, 3, 2));
        GradientCheck.Run([a], () => a.Reshape([15]).Reshape([1, 5, 3, 1]).Exp(),
            static v => Array.ConvertAll(v[0], Math.Exp));
    }

    [Fact]
    public void One_tensor_in_two_places()
    {
        var x = Draw.Weights([4, 4], 9);
        GradientCheck.Run([x], () => x * x, static v => Array.ConvertAll(v[0], static value => value * value));
        GradientCheck.Run([x], () => x + x, static v => Array.ConvertAll(v[0], static value => 2 * value));
        GradientCheck.Run([x], () => x - x, static v => new double[v[0].Length]);
        GradientCheck.Run([x], () => x.MatMul(x), static v => Reference.MatMul(v[0], v[0], 4, 4, 4));
        GradientCheck.Run([x], () => x.MatMul(x.Transpose()),
            static v => Reference.MatMul(v[0], Reference.Transpose(v[0], 4, 4), 4, 4, 4));
    }

    [Fact]
    public void Branches_that_meet_again()
    {
        var x = Draw.Weights([3, 5], 10);
        GradientCheck.Run([x],
            () =>
            {
                var left = x.Exp();
                var right = left.Relu() * 0.5f;
                return left / (right + 1f) - x;
            },
            static v => Array.ConvertAll(v[0], static value => Math.Exp(value) / (Math.Exp(value) * 0.5 + 1) - value));
    }

    [Fact]
    public void A_long_chain()
    {
        var x = Draw.Weights([2, 3], 11);
        GradientCheck.Run([x],
            () =>
            {
                Tensor y = x;
                for (int i = 0; i < 40; i++)
                    y = (y * 0.9f).Exp() * 0.3f;
                return y;
            },
            static v => Array.ConvertAll(v[0], static value =>
            {
                for (int i = 0; i < 40; i++)
                    value = Math.Exp(value * 0.9f) * 0.3f;
                return value;
            }));
    }
}
