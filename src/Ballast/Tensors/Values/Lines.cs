using Ballast.Kernels;

namespace Ballast;

/// <summary>An operand as lines along one axis, in dense memory of whatever order of axes: what scans, sorts and softmaxes read.</summary>
readonly ref struct Lines
{
    readonly Operand values;

    Lines(Operand values, int axis)
    {
        this.values = values;
        int length = values.Shape.Length, size = values.Shape[axis];
        int inner = size > 1 ? values.Layout.Stride(axis) : 1;
        Shape = new LineShape(length == 0 ? 0 : length / size / inner, size, inner);
        Order = Layout.Dense(values.Shape, values.Layout);
    }

    /// <summary>The lines of an operand where they lie, or of a row-major copy where it is not dense.</summary>
    public static Lines Of(in Operand x, int axis) =>
        new(Checked(x).Layout.IsDense ? x.Hold() : new Operand(Loops.RowMajor(x), Layout.RowMajor(x.Shape)), axis);

    /// <summary>The lines of an operand in a given order.</summary>
    public static Lines Of(in Operand x, int axis, in Layout order) =>
        new(x.Layout.Equals(order) ? x.Hold() : new Operand(Loops.Copy(x, order), order), axis);

    /// <summary>How the lines lie.</summary>
    public LineShape Shape { get; }

    /// <summary>The order of the axes: a dense layout from the memory's beginning.</summary>
    public Layout Order { get; }

    /// <summary>The values in that order.</summary>
    public Span<float> Values => values.Memory.Span(values.Layout.Offset, values.Shape.Length);

    /// <summary>Lets the memory go.</summary>
    public void Dispose() => values.Release();

    static Operand Checked(in Operand x)
    {
        x.RequireFloat32();
        return x;
    }
}
