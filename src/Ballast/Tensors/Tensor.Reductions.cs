namespace Ballast;

/// <content>Reductions along axes. Axes are counted from 0, -1 is the last one; no axes stand for all of them.</content>
public partial class Tensor
{
    /// <summary>The sum along axes: <c>x.Sum([2, 3])</c>. PyTorch: <c>sum(dim)</c>.</summary>
    /// <param name="axes">The axes; none for all of them.</param>
    /// <param name="keepAxes">Whether the axes stay, with the size 1. PyTorch: <c>keepdim</c>.</param>
    /// <exception cref="ArgumentException">An axis that is not there, or is named twice.</exception>
    public Tensor Sum(ReadOnlySpan<int> axes, bool keepAxes = false)
    {
        var reduced = new ReducedAxes(nameof(Sum), this, axes);
        return ReduceOperation.Run(this, reduced.Kept, reduced.Result(keepAxes), 1);
    }

    /// <summary>The mean along axes. PyTorch: <c>mean(dim)</c>.</summary>
    /// <inheritdoc cref="Sum(ReadOnlySpan{int}, bool)"/>
    public Tensor Mean(ReadOnlySpan<int> axes, bool keepAxes = false)
    {
        var reduced = new ReducedAxes(nameof(Mean), this, axes);
        return ReduceOperation.Run(this, reduced.Kept, reduced.Result(keepAxes), 1.0 / reduced.Count);
    }

    /// <summary>The axes that a reduction goes along.</summary>
    internal readonly ref struct ReducedAxes
    {
        readonly Shape shape;
        readonly int mask;

        public ReducedAxes(string operation, Tensor x, ReadOnlySpan<int> axes)
        {
            shape = x.Shape;
            Span<int> sizes = stackalloc int[Shape.MaxRank];
            shape.CopyTo(sizes);
            foreach (int named in axes)
            {
                int axis = x.Axis(operation, named);
                Throw.Unless((mask & 1 << axis) == 0, $"{operation}: axis {named} of {shape} is named twice in {Shape.Describe(axes)}.");
                mask |= 1 << axis;
            }

            if (axes.Length == 0)
                mask = (1 << shape.Rank) - 1;
            for (int axis = 0; axis < shape.Rank; axis++)
                sizes[axis] = (mask & 1 << axis) != 0 ? 1 : sizes[axis];
            Kept = new Shape(sizes[..shape.Rank]);
        }

        /// <summary>The shape with the size 1 on those axes.</summary>
        public Shape Kept { get; }

        /// <summary>How many values become one.</summary>
        public long Count
        {
            get
            {
                long count = 1;
                for (int axis = 0; axis < shape.Rank; axis++)
                    count *= (mask & 1 << axis) != 0 ? shape[axis] : 1;
                return count;
            }
        }

        /// <summary>The result's shape.</summary>
        public Shape Result(bool keepAxes)
        {
            if (keepAxes)
                return Kept;
            Span<int> sizes = stackalloc int[Shape.MaxRank];
            int rank = 0;
            for (int axis = 0; axis < shape.Rank; axis++)
            {
                if ((mask & 1 << axis) == 0)
                    sizes[rank++] = shape[axis];
            }

            return new Shape(sizes[..rank]);
        }
    }
}
