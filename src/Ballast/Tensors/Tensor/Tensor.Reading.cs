namespace Ballast;

/// <content>Values as spans, arrays and single numbers.</content>
public partial class Tensor
{
    /// <summary>The values, row-major. The span is good until the next operation on tensors.</summary>
    /// <exception cref="InvalidOperationException">The values were handed back; see the remarks of this class.</exception>
    public ReadOnlySpan<float> AsSpan() => Buffer.Unwatched().Span(Length);

    /// <summary>The values, row-major, for an operation: the span is good until one has made its result. 32-bit floats.</summary>
    internal ReadOnlySpan<float> Read() => Buffer.Span(Length);

    /// <summary>The values of a tensor of any type, row-major: <c>AsSpan&lt;long&gt;()</c> for int64. The span is good until the next
    /// operation on tensors.</summary>
    /// <exception cref="InvalidOperationException">The tensor has elements of another type, or its values were handed back.</exception>
    public ReadOnlySpan<T> AsSpan<T>()
        where T : unmanaged => Read<T>(leaves: true);

    // The values of a type, for a span that leaves the library or for a copy.
    ReadOnlySpan<T> Read<T>(bool leaves)
        where T : unmanaged
    {
        var wanted = ElementTypes.Of<T>();
        if (ElementType != wanted)
            Throw.InvalidOperation(
                $"AsSpan<{typeof(T).Name}>: this tensor {Shape} has {ElementType.Name()} values. Convert it with To(ElementType.{wanted}) first.");
        return typeof(T) == typeof(double) && Recipe is BackendValues elsewhere
            ? System.Runtime.InteropServices.MemoryMarshal.Cast<double, T>(elsewhere.Doubles)
            : (leaves ? Memory.Unwatched() : Memory).Span<T>(Length);
    }

    /// <summary>The values as an array of its own, row-major.</summary>
    public float[] ToArray()
    {
        using var reading = ThreadMemory.BeginReading();
        return Read().ToArray();
    }

    /// <summary>The values of a tensor of any type as an array of its own, row-major: <c>ToArray&lt;long&gt;()</c> for int64.</summary>
    /// <inheritdoc cref="AsSpan{T}"/>
    public T[] ToArray<T>()
        where T : unmanaged
    {
        using var reading = ThreadMemory.BeginReading();
        return Read<T>(leaves: false).ToArray();
    }

    /// <summary>The value of a tensor with just one. PyTorch: <c>item()</c>.</summary>
    /// <exception cref="InvalidOperationException">There is not exactly one value.</exception>
    public float Item()
    {
        if (Length != 1)
            Throw.InvalidOperation($"Item: expected a tensor of one value, got {Shape}. Read several with AsSpan().");
        using var reading = ThreadMemory.BeginReading();
        return Read()[0];
    }

    /// <summary>The value of a tensor of any type with just one: <c>Item&lt;long&gt;()</c> for int64.</summary>
    /// <exception cref="InvalidOperationException">There is not exactly one value, or it is of another type.</exception>
    public T Item<T>()
        where T : unmanaged
    {
        if (Length != 1)
            Throw.InvalidOperation($"Item: expected a tensor of one value, got {Shape}. Read several with AsSpan<{typeof(T).Name}>().");
        using var reading = ThreadMemory.BeginReading();
        return Read<T>(leaves: false)[0];
    }

    /// <summary>One value by its position on each axis.</summary>
    [System.Runtime.CompilerServices.IndexerName("Value")]
    public float this[params ReadOnlySpan<int> position]
    {
        get
        {
            Throw.Unless(position.Length == Shape.Rank,
                $"Tensor {Shape}: expected {Shape.Rank} indices, got {position.Length}." +
                $"{(position.Length < Shape.Rank ? " A part of it is x[i, ..], or Select(axis, i)." : "")}");
            int offset = 0;
            for (int axis = 0; axis < position.Length; axis++)
            {
                Throw.Unless((uint)position[axis] < (uint)Shape[axis],
                    $"Tensor {Shape}: index {position[axis]} is outside axis {axis}, which has {Shape[axis]} values.");
                offset = offset * Shape[axis] + position[axis];
            }

            using var reading = ThreadMemory.BeginReading();
            return Read()[offset];
        }
    }
}
