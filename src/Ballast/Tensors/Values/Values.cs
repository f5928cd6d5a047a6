namespace Ballast;

/// <summary>A tensor's values or a gradient on its way: either in memory, or deferred as a recipe.</summary>
/// <remarks>Whoever has a <see cref="Values"/> owns one hold on what is inside, and either passes it on or releases it.
/// </remarks>
readonly struct Values
{
    readonly object? held; // a Buffer or a Deferred

    /// <summary>Values in memory.</summary>
    public Values(Buffer buffer) => held = buffer;

    /// <summary>Values that are computed when somebody reads them.</summary>
    public Values(Deferred recipe) => held = recipe;

    /// <summary>The memory, where there is any.</summary>
    public Buffer? Buffer => held as Buffer;

    /// <summary>The recipe, where nobody has read the values yet.</summary>
    public Deferred? Recipe => held as Deferred;

    /// <summary>Whether there is nothing here.</summary>
    public bool IsEmpty => held is null;

    /// <summary>The same values, held once more.</summary>
    public Values Hold()
    {
        if (held is Buffer buffer)
            buffer.Hold();
        else
            Recipe?.Hold();
        return this;
    }

    /// <summary>Lets go of the values.</summary>
    public void Release()
    {
        if (held is Buffer buffer)
            buffer.Release();
        else
            Recipe?.Release();
    }

    /// <summary>The values in memory: a recipe is computed and let go.</summary>
    public Buffer Read(int length)
    {
        if (held is Buffer buffer)
            return buffer;
        var computed = Recipe!.Compute(length);
        Recipe.Release();
        return computed;
    }

    /// <summary>The type of the values.</summary>
    public ElementType Type => held is Buffer buffer ? buffer.Type : Recipe!.Type;

    /// <summary>Where the values lie in memory, if they do.</summary>
    public bool TryOperand(Shape shape, out Operand operand)
    {
        if (held is not Buffer buffer)
            return Recipe!.TryOperand(shape, out operand);
        operand = new Operand(buffer, Layout.RowMajor(shape));
        return true;
    }

    /// <summary>The same values in memory, in whatever order: a recipe is computed and let go.</summary>
    public Values Settle(Shape shape)
    {
        if (TryOperand(shape, out _))
            return this;
        var settled = Recipe!.Settle(shape);
        Recipe.Release();
        return settled;
    }

    /// <summary>These values in memory as an operand, with the hold that the caller had on them.</summary>
    public Operand ToOperand(Shape shape)
    {
        var settled = Settle(shape);
        settled.TryOperand(shape, out var operand);
        if (settled.held is Buffer)
            return operand;
        operand.Hold();
        settled.Release();
        return operand;
    }

    /// <summary>The values in memory that the caller may write over.</summary>
    public Buffer ReadExclusive(int length)
    {
        var read = Read(length);
        if (read.IsExclusive)
            return read;
        var copy = Buffer.Copy(read.Span(length));
        read.Release();
        return copy;
    }
}
