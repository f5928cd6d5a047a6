namespace Ballast;

/// <summary>Another look at the elements of a tensor: some of them, or all in another arrangement. It only moves strides.</summary>
abstract class View
{
    /// <summary>The layout of the view, for that of the tensor.</summary>
    public abstract Layout Apply(in Layout layout);

    /// <summary>The view of a tensor, described.</summary>
    public abstract Node Describe(Tensor x);

    /// <summary>Whether one element stands at several positions of the view.</summary>
    public virtual bool Overlaps => false;

    /// <summary>The layout of the tensor's gradient, for that of the view's, where each element of the tensor is in the view once.</summary>
    public virtual bool TryInvert(in Layout gradient, out Layout inverse)
    {
        inverse = default;
        return false;
    }
}

/// <summary>The axes in another order.</summary>
sealed class PermutedView(int[] axes) : View
{
    public override Layout Apply(in Layout layout) => layout.Permute(axes);

    /// <inheritdoc/>
    public override Node Describe(Tensor x) => new("permute", [x], [("axes", axes)]);

    public override bool TryInvert(in Layout gradient, out Layout inverse)
    {
        Span<int> back = stackalloc int[axes.Length];
        for (int i = 0; i < axes.Length; i++)
            back[axes[i]] = i;
        inverse = gradient.Permute(back);
        return true;
    }
}

/// <summary>Every <paramref name="step"/>-th element of an axis from <paramref name="start"/> on.</summary>
sealed class SlicedView(int axis, int start, int count, int step) : View
{
    public override Layout Apply(in Layout layout) => layout.Slice(axis, start, count, step);

    /// <inheritdoc/>
    public override Node Describe(Tensor x) => new("slice", [x], [("axis", axis), ("start", start), ("count", count), ("step", step)]);
}

/// <summary>One position of an axis, which goes.</summary>
sealed class SelectedView(int axis, int position) : View
{
    public override Layout Apply(in Layout layout) => layout.Select(axis, position);

    /// <inheritdoc/>
    public override Node Describe(Tensor x) => new("select", [x], [("axis", axis), ("position", position)]);
}

/// <summary>One more axis of the size 1.</summary>
sealed class WidenedView(int axis) : View
{
    public override Layout Apply(in Layout layout) => layout.Insert(axis);

    /// <inheritdoc/>
    public override Node Describe(Tensor x) => new("unsqueeze", [x], [("axis", axis)]);

    public override bool TryInvert(in Layout gradient, out Layout inverse)
    {
        inverse = gradient.Select(axis, 0);
        return true;
    }
}

/// <summary>An axis of the size 1 gone.</summary>
sealed class NarrowedView(int axis) : View
{
    public override Layout Apply(in Layout layout) => layout.Select(axis, 0);

    /// <inheritdoc/>
    public override Node Describe(Tensor x) => new("squeeze", [x], [("axis", axis)]);

    public override bool TryInvert(in Layout gradient, out Layout inverse)
    {
        inverse = gradient.Insert(axis);
        return true;
    }
}

/// <summary>Elements repeated along axes of the size 1 and new axes in front.</summary>
sealed class ExpandedView(Shape shape) : View
{
    public override bool Overlaps => true;

    public override Layout Apply(in Layout layout) => layout.Expand(shape);

    /// <inheritdoc/>
    public override Node Describe(Tensor x) => new("expand", [x], [("shape", shape)]);
}

/// <summary>Overlapping windows along an axis, whose positions become a last axis.</summary>
sealed class UnfoldedView(int axis, int size, int step) : View
{
    public override bool Overlaps => size > step;

    public override Layout Apply(in Layout layout) => layout.Unfold(axis, size, step);

    /// <inheritdoc/>
    public override Node Describe(Tensor x) => new("unfold", [x], [("axis", axis), ("size", size), ("step", step)]);
}
