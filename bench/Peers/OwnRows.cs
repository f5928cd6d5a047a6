namespace Ballast.Peers;

/// <summary>Copies in another order beside plain ones, and broadcasts beside products of the same shape, both of Ballast: what is asked is
/// that a ratio be at least 0.6 for copies, and 1 / 1.3 for broadcasts.</summary>
static class OwnRows
{
    static readonly int[] Square = [1024, 1024], Large = [4096, 4096], Images = [32, 64, 32, 32], Even = [64, 64, 64, 64];

    public static IEnumerable<Row> All { get; } =
    [
        Copy("transpose", Large, static x => x.Transpose(0, 1)), Copy("transpose", [1000, 3000], static x => x.Transpose(0, 1)),
        Copy("transpose", [4100, 4099], static x => x.Transpose(0, 1)), Copy("transpose", [65_536, 64], static x => x.Transpose(0, 1)),
        Copy("transpose", [64, 65_536], static x => x.Transpose(0, 1)), Copy("transpose", [100, 100], static x => x.Transpose(0, 1)),
        Copy("permute0231", Even, static x => x.Permute(0, 2, 3, 1)), Copy("permute0312", Even, static x => x.Permute(0, 3, 1, 2)),
        Copy("permute3210", Even, static x => x.Permute(3, 2, 1, 0)), Copy("permute1032", Even, static x => x.Permute(1, 0, 3, 2)),
        Product("mulchannels", Images, [32, 64, 1, 1], static x => x[0] * x[1]),
        Product("addrow", Square, [1024], static x => x[0] + x[1]),
        Product("addcolumn", Square, [1024, 1], static x => x[0] + x[1]),
        Product("mulscalar", Square, [1], static x => x[0] * 3f, operands: 1),
    ];

    static Row Copy(string name, int[] shape, Func<Tensor, Tensor> view)
    {
        Func<Action> Side(Func<Tensor, Tensor> view) => () =>
        {
            var x = Tensor.Rand(new Shape(shape));
            return () => Ballasts.Forward(() => view(x).Clone());
        };
        return new($"own {name} {string.Join(' ', shape)}", Side(view), [("clone", Side(static x => x))]);
    }

    static Row Product(string name, int[] shape, int[] other, Func<Tensor[], Tensor> broadcast, int operands = 2)
    {
        int[][] shapes = operands == 1 ? [shape] : [shape, other];
        return new(
            $"own {name} {string.Join(' ', shape)}", () => Ballasts.Both(broadcast, shapes),
            [("same shape", () => Ballasts.Both(static x => x[0] * x[1], [shape, shape]))]);
    }
}
