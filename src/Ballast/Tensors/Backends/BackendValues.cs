namespace Ballast;

/// <summary>Values that a backend holds, wherever and however precisely. Whoever reads them on the host gets a copy, which is kept:
/// float32 of floats of any precision, the same type of everything else.</summary>
abstract class BackendValues : Deferred
{
    readonly Lock gate = new();
    Buffer? host;
    double[]? doubles;

    /// <summary>How many values there are.</summary>
    public abstract int Length { get; }

    /// <summary>Copies the values, row-major, as exactly as doubles have them.</summary>
    public abstract void CopyTo(Span<double> destination);

    /// <summary>The sum with other values of the same shape, which may lie anywhere.</summary>
    public abstract BackendValues Sum(Tensor other);

    /// <summary>The backend that computes with these values.</summary>
    public abstract Backend Owner { get; }

    /// <inheritdoc/>
    public sealed override bool IsElsewhere => true;

    /// <inheritdoc/>
    public sealed override Deferred SumElsewhere(Values other, int length)
    {
        Tensor added = new([length], other);
        var sum = Sum(added);
        added.ReleaseValues();
        Release();
        return sum;
    }

    /// <inheritdoc/>
    public sealed override Deferred Times(float factor) => Changed("multiply", factor);

    /// <inheritdoc/>
    public sealed override Deferred ClampedElsewhere(float limit) => Changed("clamp_magnitude", limit);

    Deferred Changed(string operation, float by)
    {
        using var off = Tensor.NoGrad();
        Tensor old = new([Length], new Values(Hold())), changed = Owner.Apply(operation, [old, by]);
        var values = changed.Values.Hold().Recipe!;
        old.ReleaseValues();
        changed.ReleaseValues();
        return values;
    }

    /// <summary>The values as doubles.</summary>
    public ReadOnlySpan<double> Doubles
    {
        get
        {
            lock (gate)
            {
                if (doubles is null)
                {
                    doubles = new double[Length];
                    CopyTo(doubles);
                }
            }

            return doubles;
        }
    }

    /// <inheritdoc/>
    public sealed override Buffer RowMajor(int length)
    {
        lock (gate)
            return host ??= Download();
    }

    /// <inheritdoc/>
    public sealed override Buffer Compute(int length) => Download();

    /// <inheritdoc/>
    public sealed override void Write(Span<float> destination)
    {
        var values = Doubles;
        for (int i = 0; i < destination.Length; i++)
            destination[i] = (float)values[i];
    }

    /// <inheritdoc/>
    public sealed override bool TryOperand(Shape shape, out Operand operand)
    {
        operand = new Operand(RowMajor(shape.Length), Layout.RowMajor(shape));
        return true;
    }

    /// <inheritdoc/>
    protected override void ReleaseSources()
    {
        host?.Release();
        host = null;
    }

    Buffer Download()
    {
        var values = Doubles;
        var copy = Buffer.Rent(Type.IsFloat() ? ElementType.Float32 : Type, Length);
        switch (copy.Type)
        {
            case ElementType.Float32:
                Write(copy.Span(Length));
                break;
            case ElementType.Int64:
                var numbers = copy.Span<long>(Length);
                for (int i = 0; i < numbers.Length; i++)
                    numbers[i] = (long)values[i];
                break;
            default:
                var bytes = copy.Span<byte>(Length);
                for (int i = 0; i < bytes.Length; i++)
                    bytes[i] = (byte)values[i];
                break;
        }

        return copy;
    }
}
