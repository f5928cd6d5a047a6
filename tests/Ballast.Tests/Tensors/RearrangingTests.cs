namespace Ballast.Tests.Tensors;

/// <summary>Tensors padded, repeated, rolled, reshaped, indexed and masked, against PyTorch's whole numbers, bit for bit.</summary>
public class RearrangingTests
{
    static readonly long[] Positions = [2, 0, 1, 1, 0, 0, 2, 1];

    static Tensor Index => Tensor.FromInt64(Positions, [1, 2, 4]);

    static Tensor Few => Tensor.FromInt64([2, 0, 0], [3]);

    static Tensor Values(int length, Shape shape, float factor = 1) =>
        Tensor.From([.. Enumerable.Range(0, length).Select(i => i * factor)], shape);

    static Func<Tensor, Tensor> Operation(string name) => name switch
    {
        "Pad 1 2" => static x => x.Pad([1, 2]),
        "Pad 1 0 2 1 value" => static x => x.Pad([1, 0, 2, 1], value: 7),
        "Pad crop" => static x => x.Pad([-1, 2, 1, -1]),
        "Pad reflect" => static x => x.Pad([3, 2], PadMode.Reflect),
        "Pad replicate" => static x => x.Pad([3, 2], PadMode.Replicate),
        "Pad circular" => static x => x.Pad([3, 4], PadMode.Circular),
        "Repeat" => static x => x.Repeat(2, 1, 3),
        "Repeat wider" => static x => x.Repeat(2, 1, 1, 2),
        "Repeat none" => static x => x.Repeat(1, 0, 1),
        "Tile" => static x => x.Tile(2, 3),
        "RepeatInterleave" => static x => x.RepeatInterleave(3, 1),
        "RepeatInterleave each" => static x => x.RepeatInterleave(Tensor.FromInt64([2, 0, 1], [3]), 1),
        "Roll" => static x => x.Roll(3, 2),
        "Roll down" => static x => x.Roll(-2, 1),
        "Roll two" => static x => x.Roll([1, -1], [0, 2]),
        "Roll all" => static x => x.Roll(5),
        "Flatten" => static x => x.Flatten(1),
        "Unflatten" => static x => x.Unflatten(2, 2, -1),
        "Tril" => static x => x.Tril(),
        "Tril 1" => static x => x.Tril(1),
        "Triu" => static x => x.Triu(),
        "Triu -1" => static x => x.Triu(-1),
        "IndexSelect" => static x => x.IndexSelect(1, Few),
        "Index" => static x => x.Index(1, Tensor.FromInt64([1, 0, 2, 2], [2, 2])),
        "Gather" => static x => x.Gather(1, Index),
        "TakeAlongAxis" => static x => x.TakeAlongAxis(Index[.., .., 0..1], 1),
        "ScatterAdd" => static x => x.ScatterAdd(1, Index, Values(8, [1, 2, 4], 10)),
        "Scatter" => static x => x.Scatter(1, Index[.., 0..1], Values(8, [1, 2, 4], 10)),
        "IndexAdd" => static x => x.IndexAdd(1, Few, Values(24, [2, 3, 4])),
        "MaskedFill" => static x => x.MaskedFill(x > 10, -1),
        "MaskedSelect" => static x => x.MaskedSelect(x.Remainder(3).EqualTo(0)),
        "Where" => static x => Tensor.Where(x > 10, x, x * 2),
        _ => throw new ArgumentException(name),
    };

    // The same values, lying in memory in another order, with others between them.
    static Tensor Strided(Tensor x) => Tensor.Stack([x.Permute(2, 0, 1), x.Permute(2, 0, 1) * 0], 1).Select(1, 0).Permute(1, 2, 0);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Each_gives_PyTorchs_values_and_gradient_of_views_too(bool strided)
    {
        List<string> faults = [];
        foreach (var golden in Golden.Load("rearranging.json").GetProperty("cases").EnumerateArray())
        {
            string name = golden.GetProperty("name").GetString()!;
            Parameter x = new(Values(24, [2, 3, 4]));
            var y = Operation(name)(strided ? Strided(x) : x);
            if (!golden.GetProperty("shape").Ints().SequenceEqual(y.Shape.ToArray()))
                faults.Add($"{name}: {y.Shape}");
            else if (!golden.GetProperty("output").Floats().SequenceEqual(y.ToArray()))
                faults.Add($"{name}: {string.Join(' ', y.ToArray())}");
            y.Backward(Tensor.From([.. Enumerable.Range(0, y.Length).Select(static i => i * 7 % 11 - 5f)], y.Shape));
            if (!golden.GetProperty("grad_input").Floats().SequenceEqual(x.Grad!.ToArray()))
                faults.Add($"gradient of {name}: {string.Join(' ', x.Grad!.ToArray())}");
        }

        Assert.Empty(faults);
    }

    [Fact]
    public void Sizes_of_minus_one_are_what_the_others_leave_over()
    {
        var x = Values(24, [2, 3, 4]);
        Assert.Equal(new Shape(6, 4), x.Reshape(6, -1).Shape);
        Assert.Equal(new Shape(24), x.Reshape(-1).Shape);
        Assert.Equal(new Shape(2, 12), x.Reshape([2, -1]).Shape);
        Assert.Equal(new Shape(4, 0), Tensor.Zeros([0, 3]).Reshape(4, 0).Shape);
        Assert.Equal(new Shape(0, 3), Tensor.Zeros([3, 0]).Reshape(-1, 3).Shape);
        Assert.Equal(Shape.Scalar, Tensor.Ones([1, 1]).Reshape([]).Shape);
        Refused("Reshape: [-1, -1] leaves open several sizes. One alone can be -1.", () => x.Reshape(-1, -1));
        Refused("Reshape: [0, -1] has no values whatever -1 stands for. Give every size.", () => Tensor.Zeros([0, 3]).Reshape(0, -1));
        Refused("Reshape: [5, -1] does not divide the 24 values of [2, 3, 4].", () => x.Reshape(5, -1));
        Refused("Reshape: [5, 5] has 25 values, this tensor [2, 3, 4] has 24.", () => x.Reshape(5, 5));
        Refused("Unflatten: [3, 2] has 6 positions, axis 2 of [2, 3, 4] has 4.", () => x.Unflatten(2, 3, 2));
        Refused("Flatten: axis 2 comes after axis 0 in [2, 3, 4].", () => x.Flatten(2, 0));
        Assert.Equal(new Shape(1), Tensor.Full([], 3).Flatten().Shape);
    }

    [Fact]
    public void A_view_is_reshaped_where_it_lies_if_its_strides_allow_it()
    {
        var x = Values(24, [2, 3, 4]);
        var even = x[.., 0..2].Reshape(2, 2, 2, 2);
        Assert.Same(x.Operand.Memory, even.Operand.Memory);
        Assert.Equal(x[.., 0..2].ToArray(), even.ToArray());
        var turned = x.Permute(0, 2, 1).Reshape(2, 12);
        Assert.NotSame(x.Operand.Memory, turned.Operand.Memory);
        Assert.Equal(x.Permute(0, 2, 1).ToArray(), turned.ToArray());
    }

    [Fact]
    public void Zero_samples_are_flattened_to_no_rows_of_all_their_features()
    {
        Assert.Equal(new Shape(0, 12), new Flatten().Forward(Tensor.Zeros([0, 3, 4])).Shape);
        Assert.Equal(new Shape(0, 1), new Flatten().Forward(Tensor.Zeros([0])).Shape);
        Assert.Equal(new Shape(2, 12), new Flatten().Forward(Tensor.Zeros([2, 3, 4])).Shape);
    }

    [Fact]
    public void Zero_samples_are_normalized_in_evaluation_and_have_no_statistics_to_train_with()
    {
        (Module Norm, Shape Shape)[] layers =
        [
            (new BatchNorm1d(3), [0, 3]), (new BatchNorm1d(3), [0, 3, 5]), (new BatchNorm2d(3), [0, 3, 4, 4]), (new FrozenBatchNorm(3), [0, 3, 4, 4]),
        ];
        foreach (var (norm, shape) in layers)
        {
            norm.Eval();
            Parameter x = new(Tensor.Zeros(shape));
            var y = norm.Forward(x).Relu();
            Assert.Equal(shape, y.Shape);
            y.Sum().Backward();
            Assert.Equal(shape, x.Grad!.Shape);
            Assert.All(norm.Parameters(), static parameter => Assert.Equal(new float[3], parameter.Grad?.ToArray() ?? new float[3]));
        }

        Refused("BatchNorm1d(3): expected more than 1 value per channel when training, got input [0, 3]. An empty batch has no variance. " +
            "Use a larger batch, drop the last incomplete one (DataLoader with dropLast: true), or call Eval() first.",
            static () => new BatchNorm1d(3).Forward(Tensor.Zeros([0, 3])));
    }

    [Fact]
    public void What_cannot_be_padded_or_repeated_is_refused()
    {
        var x = Tensor.Zeros([2, 3]);
        Refused("Pad: expected two numbers for each axis, the last axis first, for at most 2 axes of [2, 3], got [1].", () => x.Pad([1]));
        Refused("Pad: -2 and -2 take more away than the 3 positions of axis 1 of [2, 3].", () => x.Pad([-2, -2]));
        Refused("Pad: Reflect gives at most 2 positions on each side of axis 1 of [2, 3], got 3 and 0.", () => x.Pad([3, 0], PadMode.Reflect));
        Refused("Pad: Circular gives at most 3 positions on each side of axis 1 of [2, 3], got 0 and 4.", () => x.Pad([0, 4], PadMode.Circular));
        Refused("Pad: Replicate gives at most 0 positions on each side of axis 1 of [2, 0], got 1 and 0.",
            () => Tensor.Zeros([2, 0]).Pad([1, 0], PadMode.Replicate));
        Refused("Repeat: expected a number for each of the 2 axes of [2, 3] at least, got [2]. Tile takes fewer.", () => x.Repeat(2));
        Refused("Repeat: expected numbers of 0 or more, got [2, -1].", () => x.Repeat(2, -1));
        Refused("RepeatInterleave: expected a number for each of the 3 positions of axis 1 of [2, 3], got [2].",
            () => x.RepeatInterleave(Tensor.FromInt64([1, 1], [2]), 1));
        Refused("RepeatInterleave: expected numbers of 0 or more, got -1 at 1.", () => x.RepeatInterleave(Tensor.FromInt64([1, -1, 0], [3]), 1));
        Refused("Roll: expected a shift for each axis, got [1, 2] for [0].", () => x.Roll([1, 2], [0]));
        Refused("Tril: expected matrices [..., M, N], got [3].", () => Tensor.Zeros([3]).Tril());
    }

    [Fact]
    public void Tensors_of_every_type_are_padded_repeated_and_rolled()
    {
        Assert.Equal([5, 1, 2], Tensor.FromInt64([1, 2], [2]).Pad([1, 0], value: 5).AsSpan<long>().ToArray());
        Assert.Equal([true, true, false], Tensor.FromBool([true, false], [2]).Pad([1, 0], value: 1).AsSpan<bool>().ToArray());
        Assert.Equal([2, 1], Tensor.FromUInt8([1, 2], [2]).Roll(1).AsSpan<byte>().ToArray().Select(static b => (int)b));
        Assert.Equal([1, 2, 1, 2], Tensor.FromInt64([1, 2], [2]).Tile(2).AsSpan<long>().ToArray());
        Refused("Expected a value that a tensor of int64 can have, got 1.5.", () => Tensor.FromInt64([1, 2], [2]).Pad([1, 0], value: 1.5));
    }

    static void Refused(string message, Func<object> action) =>
        Assert.Equal(message, Assert.Throws<ArgumentException>(action).Message);
}
