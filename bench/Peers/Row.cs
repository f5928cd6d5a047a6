using TorchSharp;

namespace Ballast.Peers;

/// <summary>One line of the table: the same work in Ballast and its peers. Each side prepares itself and returns what is timed.
/// </summary>
/// <param name="Name">Its name, as results have it.</param>
/// <param name="Ballast">Ballast's side; null where Ballast cannot do it.</param>
/// <param name="Torch">TorchSharp's sides, by name.</param>
/// <param name="Python">PyTorch's side.</param>
sealed record Row(string Name, Func<Action>? Ballast, (string Name, Func<Action> Make)[] Torch, PythonSide? Python = null)
{
    /// <summary>A forward pass of one tensor without gradients.</summary>
    public static Row Forward(
        string name, int[] shape, Func<Tensor, Tensor>? ballast, Func<torch.Tensor, torch.Tensor> peer, string python) => new(
        $"fwd {name} {string.Join(' ', shape)}",
        ballast is null ? null : () =>
        {
            var x = Tensor.Rand(new Shape(shape)) + 0.1f;
            _ = x.AsSpan();
            return () => Ballasts.Forward(() => ballast(x));
        },
        [("ts", () =>
        {
            var x = torch.rand(Longs(shape)) + 0.1;
            return () => Torches.Forward(() => peer(x));
        })],
        new($"x = torch.rand({string.Join(", ", shape)}) + 0.1", python, Gradients: false));

    /// <summary>A forward and a backward pass; the inputs' gradients are wanted, and those of a layer's weights.</summary>
    /// <param name="name">What it is.</param>
    /// <param name="shapes">The shapes of the inputs: one or two.</param>
    /// <param name="ballast">Makes Ballast's layer.</param>
    /// <param name="peer">Makes TorchSharp's.</param>
    /// <param name="python">PyTorch's setup, if it needs one, and the expression of <c>x</c> and <c>y</c>.</param>
    public static Row Layer(
        string name, int[][] shapes, Func<Func<Tensor[], Tensor>>? ballast, Func<Func<torch.Tensor[], torch.Tensor>> peer,
        (string Setup, string Expression)? python)
    {
        bool images = shapes[0].Length == 4;
        return new(
            $"layer {name} {string.Join(' ', shapes[0])}",
            ballast is null ? null : () => Ballasts.Both(ballast(), shapes),
            images
                ? [("ts", () => Torches.Both(peer(), shapes, false)), ("ts, ch. last", () => Torches.Both(peer(), shapes, true))]
                : [("ts", () => Torches.Both(peer(), shapes, false))],
            python is not { } lines ? null : new(
                string.Join('\n', [
                    .. shapes.Select(static (shape, i) => $"{"xy"[i]} = torch.rand({string.Join(", ", shape)}).add_(0.1).requires_grad_()"),
                    lines.Setup, $"g = torch.ones_like({lines.Expression})"]),
                string.Join('\n', [$"({lines.Expression}).backward(g)", .. shapes.Select(static (_, i) => $"{"xy"[i]}.grad = None")])));
    }

    /// <summary>Ballast's side beside itself on one thread.</summary>
    public Row Alone() => this with
    {
        Torch = Ballast is not { } make ? [] :
        [("one thread", () =>
        {
            var action = make();
            return () =>
            {
                using var alone = Compute.Alone();
                action();
            };
        })],
        Python = null,
    };

    /// <summary>The shape as TorchSharp takes it.</summary>
    public static long[] Longs(int[] shape) => Array.ConvertAll(shape, static size => (long)size);
}

/// <summary>PyTorch's side: statements that prepare it, and those that are timed.</summary>
sealed record PythonSide(string Setup, string Run, bool Gradients = true);
