namespace Ballast;

public partial class Tensor
{
    /// <summary>Puts the values of another tensor, which a backend computed, for the present ones.</summary>
    internal void Adopt(Tensor other)
    {
        var assigned = other.Values.Hold();
        var root = Root;
        root.values.Release();
        root.values = assigned;
        root.generation = assigned.Buffer?.Generation ?? 0;
    }

    /// <summary>Copies the values, row-major, as exactly as there are.</summary>
    internal void Read(Span<double> destination)
    {
        if (Recipe is BackendValues elsewhere)
        {
            elsewhere.CopyTo(destination);
            return;
        }

        Throw.Unless(ElementType == ElementType.Float32, $"Expected a tensor of floats, got {ElementType.Name()} {Shape}.");
        var values = AsSpan();
        for (int i = 0; i < values.Length; i++)
            destination[i] = values[i];
    }
}
