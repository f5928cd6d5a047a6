namespace Ballast;

/// <content>Views: nothing is copied, and gradients go back to the elements in view.</content>
public partial class Tensor
{
    /// <summary>Part of this tensor by an index for each axis, outermost first, the rest whole: <c>x[.., 1..3]</c>,
    /// <c>x[^1, ..]</c>. A view.</summary>
    /// <exception cref="ArgumentException">More indices than axes, or a position outside its axis.</exception>
    [System.Runtime.CompilerServices.IndexerName("Value")]
    public Tensor this[params ReadOnlySpan<TensorIndex> indices] => TensorIndex.Apply(this, indices);

    /// <summary>The axes in another order: <c>x.Permute(0, 2, 3, 1)</c>. A view. PyTorch: <c>permute</c>.</summary>
    /// <exception cref="ArgumentException">Not each axis once.</exception>
    public Tensor Permute(params ReadOnlySpan<int> axes)
    {
        int[] order = new int[axes.Length];
        int seen = 0;
        for (int i = 0; i < axes.Length; i++)
        {
            order[i] = Axis(nameof(Permute), axes[i]);
            seen |= 1 << order[i];
        }

        Throw.Unless(axes.Length == Shape.Rank && seen == (1 << Shape.Rank) - 1,
            $"Permute: expected each of the {Shape.Rank} axes of {Shape} once, got {Shape.Describe(axes)}.");
        return ViewOperation.Run(this, new PermutedView(order));
    }

    /// <summary>Two axes exchanged; -1 is the last one. A view. PyTorch: <c>transpose</c>.</summary>
    /// <exception cref="ArgumentException">There is no such axis.</exception>
    public Tensor Transpose(int first, int second)
    {
        int[] order = new int[Shape.Rank];
        for (int i = 0; i < order.Length; i++)
            order[i] = i;
        int a = Axis(nameof(Transpose), first), b = Axis(nameof(Transpose), second);
        (order[a], order[b]) = (order[b], order[a]);
        return ViewOperation.Run(this, new PermutedView(order));
    }

    /// <summary>One axis moved to another place, the others in their order. A view. PyTorch: <c>movedim</c>.</summary>
    /// <exception cref="ArgumentException">There is no such axis.</exception>
    public Tensor MoveAxis(int from, int to)
    {
        int source = Axis(nameof(MoveAxis), from), target = Axis(nameof(MoveAxis), to);
        List<int> order = [.. Enumerable.Range(0, Shape.Rank)];
        order.RemoveAt(source);
        order.Insert(target, source);
        return ViewOperation.Run(this, new PermutedView([.. order]));
    }

    /// <summary>One position of an axis, which goes. A view. PyTorch: <c>select</c>.</summary>
    /// <exception cref="ArgumentException">There is no such axis or position.</exception>
    public Tensor Select(int axis, Index position)
    {
        axis = Axis(nameof(Select), axis);
        int offset = position.GetOffset(Shape[axis]);
        Throw.Unless((uint)offset < (uint)Shape[axis],
            $"Tensor {Shape}: index {position} is outside axis {axis}, which has {Shape[axis]} values.");
        return ViewOperation.Run(this, new SelectedView(axis, offset));
    }

    /// <inheritdoc cref="Select(int, Index)"/>
    public Tensor Select(int axis, int position)
    {
        Throw.Unless(position >= 0, $"Select: expected a position from 0 on, got {position}. From the end they are counted ^1, ^2, ...");
        return Select(axis, new Index(position));
    }

    /// <summary><paramref name="length"/> positions of an axis from <paramref name="start"/> on. A view. PyTorch: <c>narrow</c>.</summary>
    /// <exception cref="ArgumentException">There is no such axis, or it has fewer positions.</exception>
    public Tensor Narrow(int axis, int start, int length)
    {
        axis = Axis(nameof(Narrow), axis);
        Throw.Unless(start >= 0 && length >= 0 && start + (long)length <= Shape[axis],
            $"Narrow: positions {start} to {start + (long)length - 1} are outside axis {axis} of {Shape}, which has {Shape[axis]}.");
        return ViewOperation.Run(this, new SlicedView(axis, start, length, 1));
    }

    /// <summary>The order along axes turned round; all of them where none is named. A view. PyTorch: <c>flip</c>.</summary>
    /// <exception cref="ArgumentException">There is no such axis.</exception>
    public Tensor Flip(params ReadOnlySpan<int> axes)
    {
        var flipped = this;
        for (int i = 0; i < (axes.Length == 0 ? Shape.Rank : axes.Length); i++)
        {
            int axis = axes.Length == 0 ? i : Axis(nameof(Flip), axes[i]);
            flipped = ViewOperation.Run(flipped, new SlicedView(axis, Math.Max(0, Shape[axis] - 1), Shape[axis], -1));
        }

        return flipped;
    }

    /// <summary>One more axis of the size 1 in front of the given one; -1 puts it last. A view. PyTorch: <c>unsqueeze</c>.</summary>
    /// <exception cref="ArgumentException">There is no such place.</exception>
    public Tensor Unsqueeze(int axis)
    {
        int place = axis < 0 ? axis + Shape.Rank + 1 : axis;
        Throw.Unless(place >= 0 && place <= Shape.Rank,
            $"Unsqueeze: expected a place from {-Shape.Rank - 1} to {Shape.Rank} in {Shape}, got {axis}.");
        return ViewOperation.Run(this, new WidenedView(place));
    }

    /// <summary>The axis gone if its size is 1, else the tensor as it is. A view. PyTorch: <c>squeeze</c>.</summary>
    /// <exception cref="ArgumentException">There is no such axis.</exception>
    public Tensor Squeeze(int axis)
    {
        axis = Axis(nameof(Squeeze), axis);
        return Shape[axis] == 1 ? ViewOperation.Run(this, new NarrowedView(axis)) : this;
    }

    /// <summary>Without the axes of the size 1. A view. PyTorch: <c>squeeze</c>.</summary>
    public Tensor Squeeze()
    {
        var squeezed = this;
        for (int axis = Shape.Rank - 1; axis >= 0; axis--)
            squeezed = squeezed.Squeeze(axis);
        return squeezed;
    }

    /// <summary>The values repeated along axes of the size 1 and new axes in front; -1 keeps an axis as it is. A view.
    /// PyTorch: <c>expand</c>.</summary>
    /// <exception cref="ArgumentException">A shape that this one does not broadcast to.</exception>
    public Tensor Expand(params ReadOnlySpan<int> sizes)
    {
        int ahead = sizes.Length - Shape.Rank;
        Throw.Unless(ahead >= 0, $"Expand: expected at least the {Shape.Rank} axes of {Shape}, got {Shape.Describe(sizes)}.");
        Span<int> wanted = stackalloc int[sizes.Length];
        for (int axis = 0; axis < sizes.Length; axis++)
        {
            int own = axis < ahead ? 1 : Shape[axis - ahead];
            wanted[axis] = sizes[axis] == -1 && axis >= ahead ? own : sizes[axis];
            Throw.Unless(wanted[axis] == own || (own == 1 && wanted[axis] >= 0),
                $"Expand: {Shape} does not expand to {Shape.Describe(sizes)}: axis {axis} has the size {own}, and only 1 can grow.");
        }

        return ExpandTo(new Shape(wanted));
    }

    /// <summary>Windows of <paramref name="size"/> positions along an axis, <paramref name="step"/> apart: their number takes the
    /// axis's place, and their positions are a new last axis. A view. PyTorch: <c>unfold</c>.</summary>
    /// <exception cref="ArgumentException">There is no such axis, or a window does not fit.</exception>
    public Tensor Unfold(int axis, int size, int step)
    {
        axis = Axis(nameof(Unfold), axis);
        Throw.Unless(size >= 1 && size <= Shape[axis] && step >= 1,
            $"Unfold: expected windows of 1 to {Shape[axis]} positions of axis {axis} of {Shape} and a step from 1 on, got {size} and {step}.");
        return ViewOperation.Run(this, new UnfoldedView(axis, size, step));
    }

    internal Tensor ExpandTo(Shape shape) => Shape == shape ? this : ViewOperation.Run(this, new ExpandedView(shape));

    /// <summary>An axis counted from 0; -1 is the last one.</summary>
    internal int Axis(string operation, int axis)
    {
        int counted = axis < 0 ? axis + Shape.Rank : axis;
        Throw.Unless((uint)counted < (uint)Shape.Rank,
            $"{operation}: there is no axis {axis} in {Shape}. Axes go from {-Shape.Rank} to {Shape.Rank - 1}.");
        return counted;
    }
}
