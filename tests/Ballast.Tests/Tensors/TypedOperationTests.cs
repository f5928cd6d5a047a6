namespace Ballast.Tests.Tensors;

/// <summary>Comparisons, logic, conversions and whole numbers; functions of pairs; tensors that follow a rule.</summary>
public class TypedOperationTests
{
    static readonly float[] Ends = [float.NaN, float.NegativeInfinity, -1, 0, 1, float.PositiveInfinity];

    [Fact]
    public void Comparisons_of_all_pairs_are_those_of_the_language()
    {
        Tensor x = Tensor.From(Ends, [6, 1]), y = Tensor.From(Ends, [6]);
        var pairs = Ends.SelectMany(static _ => Ends, static (a, b) => (a, b)).ToArray();
        Assert.Equal(pairs.Select(static p => p.a == p.b), x.EqualTo(y).AsSpan<bool>().ToArray());
        Assert.Equal(pairs.Select(static p => p.a != p.b), x.NotEqualTo(y).AsSpan<bool>().ToArray());
        Assert.Equal(pairs.Select(static p => p.a < p.b), (x < y).AsSpan<bool>().ToArray());
        Assert.Equal(pairs.Select(static p => p.a <= p.b), (x <= y).AsSpan<bool>().ToArray());
        Assert.Equal(pairs.Select(static p => p.a > p.b), (x > y).AsSpan<bool>().ToArray());
        Assert.Equal(pairs.Select(static p => p.a >= p.b), (x >= y).AsSpan<bool>().ToArray());
        Assert.Equal(Ends.Select(float.IsNaN), y.IsNaN().AsSpan<bool>().ToArray());
        Assert.Equal(Ends.Select(float.IsFinite), y.IsFinite().AsSpan<bool>().ToArray());
        Assert.Equal(Ends.Select(float.IsInfinity), y.IsInf().AsSpan<bool>().ToArray());
        Assert.Equal([true, false], (Tensor.FromInt64([long.MaxValue, long.MaxValue - 1], [2]).EqualTo(long.MaxValue)).AsSpan<bool>().ToArray());
        Assert.Equal([false, true], Tensor.FromInt64([1, 2], [2]).Greater(1.5).AsSpan<bool>().ToArray());
    }

    [Fact]
    public void Comparisons_of_views_with_broadcasting_are_those_of_plain_loops()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            Random random = new(seed);
            int[] sizes = ViewTests.DrawSizes(random);
            var x = ViewTests.Draw(random, sizes);
            var (fast, plain, viewed) = ViewTests.Chain(random, sizes);
            int[] second = [.. viewed.Select(size => random.Next(3) == 0 ? 1 : size)];
            var y = ViewTests.Draw(random, second[random.Next(second.Length + 1)..]);
            PlainArray a = plain(PlainArray.Of(x.AsSpan(), x.Shape)), b = PlainArray.Of(y.AsSpan(), y.Shape);
            var less = fast(x) < y;
            Assert.Equal(a.Zip(b, static (p, q) => p < q ? 1 : 0).ToArray().Select(static p => p == 1), less.AsSpan<bool>().ToArray());
            var chosen = Tensor.Where(less, fast(x), y * 2);
            Assert.Equal(a.Zip(b, static (p, q) => p < q ? p : 2 * q).ToArray().Select(static p => (float)p), chosen.ToArray());
            var whole = fast(x.To(ElementType.Int64)) * y.To(ElementType.Int64) - 3;
            Assert.Equal(a.Zip(b, static (p, q) => Math.Truncate(p) * Math.Truncate(q) - 3).ToArray().Select(static p => (long)p), whole.AsSpan<long>().ToArray());

            if (chosen.Producer is null)
                continue;
            var g = Tensor.From([.. Enumerable.Range(0, chosen.Length).Select(_ => random.Next(-9, 10) / 4f)], chosen.Shape);
            chosen.Backward(g);
            int[] common = chosen.Shape.ToArray();
            float[] numbers = [.. Enumerable.Range(0, x.Length).Select(static i => (float)i)], numbersY = [.. Enumerable.Range(0, y.Length).Select(static i => (float)i)];
            PlainArray sources = plain(PlainArray.Of(numbers, x.Shape)).Expand(common), sourcesY = PlainArray.Of(numbersY, y.Shape).Expand(common);
            double[] dx = new double[x.Length], dy = new double[y.Length];
            PlainArray wideA = a.Expand(common), wideB = b.Expand(common);
            int i = 0;
            foreach (int[] at in PlainArray.Positions(common))
            {
                double one = g.AsSpan()[i++];
                if (wideA.At(at) < wideB.At(at))
                    dx[(int)sources.At(at)] += one;
                else
                    dy[(int)sourcesY.At(at)] += 2 * one;
            }

            Near.Equal(dx, x.Grad!.AsSpan(), 1e-6, $"seed {seed}, dx");
            Near.Equal(dy, y.Grad!.AsSpan(), 1e-6, $"seed {seed}, dy");
        }
    }

    [Fact]
    public void Logic_is_of_bool_tensors_alone()
    {
        Tensor x = Tensor.FromBool([true, true, false, false], [4]), y = Tensor.FromBool([true, false, true, false], [4]);
        Assert.Equal([true, false, false, false], (x & y).AsSpan<bool>().ToArray());
        Assert.Equal([true, true, true, false], (x | y).AsSpan<bool>().ToArray());
        Assert.Equal([false, true, true, false], (x ^ y).AsSpan<bool>().ToArray());
        Assert.Equal([false, true, false, true], (!y).AsSpan<bool>().ToArray());
        Refused("LogicalAnd: expected a bool tensor, got float32 [4]. Compare first, as in x > 0 or x.NotEqualTo(0), or convert it with To(ElementType.Bool).",
            () => x & Tensor.Zeros([4]));
    }

    [Fact]
    public void Types_are_converted_as_PyTorch_does_and_what_has_no_equivalent_is_refused()
    {
        var x = Tensor.From([-1.9f, 0, 0.5f, 254.9f], [2, 2]);
        Assert.Equal([-1, 0, 0, 254], x.To(ElementType.Int64).AsSpan<long>().ToArray());
        Assert.Equal([true, false, true, true], x.To(ElementType.Bool).AsSpan<bool>().ToArray());
        Assert.Equal([0, 254], Tensor.From([-0.9f, 254.9f], [2]).To(ElementType.UInt8).AsSpan<byte>().ToArray().Select(static b => (int)b));
        Assert.Equal([1, 0], Tensor.FromBool([true, false], [2]).To(ElementType.Float32).ToArray());
        Assert.Equal([1, 0], Tensor.FromBool([true, false], [2]).To(ElementType.Int64).AsSpan<long>().ToArray());
        Assert.Equal([200f, 7f], Tensor.FromUInt8([200, 7], [2]).To(ElementType.Float32).ToArray());
        Assert.Equal([true, false], Tensor.FromInt64([-3, 0], [2]).To(ElementType.Bool).AsSpan<bool>().ToArray());
        Assert.Equal([200, 7], Tensor.FromInt64([200, 7], [2]).To(ElementType.UInt8).AsSpan<byte>().ToArray().Select(static b => (int)b));
        Assert.Same(x, x.To(ElementType.Float32));
        Assert.Equal([true], Tensor.From([float.NaN], [1]).To(ElementType.Bool).AsSpan<bool>().ToArray());
        const string Remedy = "Bring the values into its range first, as with Clamp, and replace what is not a number, as with MaskedFill(x.IsNaN(), 0).";
        Refused("To: -1.9 at [0, 0] of float32 [2, 2] is no uint8 value. " + Remedy, () => x.To(ElementType.UInt8));
        Refused("To: NaN at [1] of float32 [2] is no int64 value. " + Remedy, () => Tensor.From([1, float.NaN], [2]).To(ElementType.Int64));
        Refused("To: 9.223372E+18 at [0] of float32 [1] is no int64 value. " + Remedy, () => Tensor.From([9.223372e18f], [1]).To(ElementType.Int64));
        Refused("To: 256 at [1] of int64 [2] is no uint8 value. " + Remedy, () => Tensor.FromInt64([0, 256], [2]).To(ElementType.UInt8));
    }

    [Fact]
    public void Whole_numbers_stay_whole_beside_whole_numbers_and_become_floats_beside_floats()
    {
        var x = Tensor.FromInt64([7, -7, 9007199254740993], [3]);
        Assert.Equal([15, -13, 18014398509481987], (x * 2 + 1).AsSpan<long>().ToArray());
        Assert.Equal([-7, 7, -9007199254740993], (-x).AsSpan<long>().ToArray());
        Assert.Equal([1, 2, 0], x.Remainder(3).AsSpan<long>().ToArray());
        Assert.Equal([7, 0, 9007199254740993], x.Maximum(0).AsSpan<long>().ToArray());
        Assert.Equal([0, -7, 0], x.Minimum(0).AsSpan<long>().ToArray());
        Assert.Equal(ElementType.Float32, (x * 2.0).ElementType);
        Assert.Equal([3.5f, -3.5f], (Tensor.FromInt64([7, -7], [2]) / 2).ToArray());
        Assert.Equal(ElementType.Float32, (Tensor.Ones([2]) * 2).ElementType);
        Assert.Equal([0L], Tensor.FromInt64([long.MinValue], [1]).Remainder(-1).AsSpan<long>().ToArray());
        Refused("Remainder: the int64 divisor [2] is 0 at [1]. Floats may be divided by 0: To(ElementType.Float32).",
            () => Tensor.FromInt64([1, 2], [2]).Remainder(Tensor.FromInt64([1, 0], [2])));
        Refused("+: expected float32 or int64 tensors, got uint8 [1] and uint8 [1]. Convert one with To(ElementType.Float32) or To(ElementType.Int64).",
            () => Tensor.FromUInt8([1], [1]) + Tensor.FromUInt8([1], [1]));
    }

    [Fact]
    public void Numbers_stand_beside_tensors_in_every_arithmetic()
    {
        var x = Tensor.From([1, 2], [2]);
        Assert.Equal([2, 4], (x * 2.0).ToArray());
        Assert.Equal([2, 4], (2f * x).ToArray());
        Assert.Equal([3, 4], (2 + x).ToArray());
        Assert.Equal([0.5f, 1], (x / 2.0).ToArray());
    }

    [Fact]
    public void A_remainder_has_the_sign_of_its_divisor_and_all_digits_whatever_the_quotient()
    {
        Random random = new(1);
        float[] x = new float[4000], y = new float[4000];
        for (int i = 0; i < x.Length; i++)
        {
            x[i] = (float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-3, 20)));
            y[i] = (float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-2, 3)));
        }

        float[] got = Tensor.From(x, [4000]).Remainder(Tensor.From(y, [4000])).ToArray();
        for (int i = 0; i < x.Length; i++)
        {
            float rest = x[i] % y[i];
            float expected = rest != 0 && rest < 0 != y[i] < 0 ? rest + y[i] : rest;
            Assert.True(expected == got[i], $"{x[i]:R} and {y[i]:R}: expected {expected:R}, got {got[i]:R}.");
        }
    }

    [Fact]
    public void Masks_fill_and_select()
    {
        Parameter x = new(Tensor.From([1, 2, 3, 4, 5, 6], [2, 3]));
        Assert.Equal([2, 4, 5], x.MaskedSelect(Tensor.FromBool([false, true, false, true, true, false], [2, 3])).ToArray());
        Assert.Equal([2, 5], x.MaskedSelect(Tensor.FromBool([false, true, false], [3])).ToArray());
        Assert.Empty(x.MaskedSelect(x > 9).ToArray());
        Assert.Equal([0, 2, 1, 0], (x.EqualTo(3) | x.EqualTo(4)).NonZero().AsSpan<long>().ToArray());
        Assert.Equal([9, 2, 3, 9], Tensor.FromInt64([1, 2, 3, 4], [4]).MaskedFill(Tensor.FromBool([true, false, false, true], [4]), 9).AsSpan<long>().ToArray());
        Refused("MaskedFill: the mask [2, 2] is larger than the tensor [2]. Expand the tensor first.",
            () => Tensor.Zeros([2]).MaskedFill(Tensor.FromBool(new bool[4], [2, 2]), 1));
        Refused("Where: expected a bool tensor, got float32 [2, 3]. Compare first, as in x > 0 or x.NotEqualTo(0), or convert it with To(ElementType.Bool).",
            () => Tensor.Where(x, x, x));
        Refused("MaskedSelect: the shapes [2, 3] and [2] do not broadcast: 3 against 2.", () => x.MaskedSelect(Tensor.FromBool(new bool[2], [2])));
    }

    [Fact]
    public void Ranges_and_other_tensors_follow_their_rule()
    {
        Assert.Equal([0, 1, 2], Tensor.Arange(3).AsSpan<long>().ToArray());
        Assert.Equal([5, 3, 1], Tensor.Arange(5, 0, -2).AsSpan<long>().ToArray());
        Assert.Equal([0, 0.25f, 0.5f, 0.75f], Tensor.Arange(0, 1, 0.25).ToArray());
        Assert.Empty(Tensor.Arange(0).AsSpan<long>().ToArray());
        Assert.Equal([-1, -0.5f, 0, 0.5f, 1], Tensor.Linspace(-1, 1, 5).ToArray());
        Assert.Equal([3], Tensor.Linspace(3, 4, 1).ToArray());
        Assert.Equal([1, 0, 0, 0, 1, 0], Tensor.Eye(2, 3).ToArray());
        Assert.Equal([0, 1, 0, 1, 0, 0], Tensor.FromInt64([1, 0], [2]).OneHot(3).AsSpan<long>().ToArray());
        Assert.Equal(new Shape(2, 2), Tensor.FromInt64([1, 0], [2]).OneHot().Shape);
        var like = Tensor.FullLike(Tensor.FromInt64([1, 2], [2]), 7);
        Assert.Equal([7, 7], like.AsSpan<long>().ToArray());
        Assert.Equal([0, 0], Tensor.ZerosLike(like).AsSpan<long>().ToArray());
        Assert.Equal([1, 1], Tensor.OnesLike(Tensor.Zeros([2])).ToArray());
        Assert.Equal([true], Tensor.Full([1], 1, ElementType.Bool).AsSpan<bool>().ToArray());
        Refused("Arange: steps of 1 do not lead from 0 to -1.", () => Tensor.Arange(-1));
        Refused("Arange: steps of 0 do not lead from 0 to 1.", () => Tensor.Arange(0, 1, 0.0));
        Refused("Linspace: expected 0 steps or more, got -1.", () => Tensor.Linspace(0, 1, -1));
        Refused("OneHot: class 3 at [1] of [2] is outside of 0 to 2.", () => Tensor.FromInt64([0, 3], [2]).OneHot(3));
        Refused("OneHot: expected an int64 tensor of classes, got float32 [1]. Convert it with To(ElementType.Int64).", () => Tensor.Zeros([1]).OneHot());
        Refused("Expected a value that a tensor of uint8 can have, got 256.", () => Tensor.Full([1], 256, ElementType.UInt8));
    }

    [Fact]
    public void Functions_of_pairs_of_views_and_their_gradients_are_those_of_plain_loops()
    {
        (string Name, Func<Tensor, Tensor, Tensor> Fast, Func<double, double, double> Plain)[] functions =
        [
            ("Maximum", static (x, y) => x.Maximum(y), Math.Max),
            ("Minimum", static (x, y) => x.Minimum(y), Math.Min),
            ("Pow", static (x, y) => (x.Abs() + 0.5).Pow(y * 0.5), static (a, b) => Math.Pow(Math.Abs(a) + 0.5, b * 0.5)),
            ("Atan2", static (x, y) => x.Atan2(y), Math.Atan2),
            ("Remainder", static (x, y) => x.Remainder(y), static (a, b) => a - b * Math.Floor(a / b)),
        ];
        for (int seed = 0; seed < 400; seed++)
        {
            Random random = new(seed);
            var (name, fast, plain) = functions[seed % functions.Length];
            int[] sizes = ViewTests.DrawSizes(random);
            // Sixteenths that never meet: neither is 0, nor equal to the other, nor a whole multiple of it.
            Parameter x = new(ViewTests.Draw(random, sizes) + 0.0625);
            var (view, plainView, viewed) = ViewTests.Chain(random, sizes);
            int[] second = [.. viewed.Select(size => random.Next(3) == 0 ? 1 : size)];
            Parameter y = new(ViewTests.Draw(random, second[random.Next(second.Length + 1)..]) * 0.5 + 0.0412345);
            var result = fast(view(x), y);
            PlainArray a = plainView(PlainArray.Of(x.AsSpan(), x.Shape)), b = PlainArray.Of(y.AsSpan(), y.Shape);
            var expected = a.Zip(b, plain);
            Near.Equal(expected.ToArray(), result.AsSpan(), 2e-6, $"{name}, seed {seed}");
            var g = Tensor.From([.. Enumerable.Range(0, result.Length).Select(_ => random.Next(-9, 10) / 4f)], result.Shape);
            result.Backward(g);
            double[] dx = new double[x.Length], dy = new double[y.Length];
            float[] numbers = [.. Enumerable.Range(0, x.Length).Select(static i => (float)i)], numbersY = [.. Enumerable.Range(0, y.Length).Select(static i => (float)i)];
            PlainArray sources = plainView(PlainArray.Of(numbers, x.Shape)).Expand(expected.Sizes), sourcesY = PlainArray.Of(numbersY, y.Shape).Expand(expected.Sizes);
            PlainArray wideA = a.Expand(expected.Sizes), wideB = b.Expand(expected.Sizes);
            int i = 0;
            foreach (int[] at in PlainArray.Positions(expected.Sizes))
            {
                double p = wideA.At(at), q = wideB.At(at), one = g.AsSpan()[i++];
                dx[(int)sources.At(at)] += one * (plain(p + 1e-6, q) - plain(p - 1e-6, q)) / 2e-6;
                dy[(int)sourcesY.At(at)] += one * (plain(p, q + 1e-6) - plain(p, q - 1e-6)) / 2e-6;
            }

            Near.Equal(dx, x.Grad!.AsSpan(), 3e-5, $"{name}, seed {seed}, dx");
            Near.Equal(dy, y.Grad!.AsSpan(), 3e-5, $"{name}, seed {seed}, dy");
        }
    }

    static void Refused(string message, Func<object> action) =>
        Assert.Equal(message, Assert.Throws<ArgumentException>(action).Message);
}
