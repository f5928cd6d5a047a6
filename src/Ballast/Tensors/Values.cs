namespace Ballast;

/// <summary>A tensor's values or a gradient on its way: either in memory, or deferred as a recipe.</summary>
/// <remarks>Whoever has a <see cref="Values"/> owns one hold on what is inside, and either passes it on or releases it.
/// </remarks>
readonly struct Values(Buffer? buffer, Deferred? recipe)
{
    /// <summary>Values in memory.</summary>
    public Values(Buffer buffer) : this(buffer, null)
    {
    }

    /// <summary>Values that are computed when somebody reads them.</summary>
    public Values(Deferred recipe) : this(null, recipe)
    {
    }

    /// <summary>The memory, where there is any.</summary>
    public Buffer? Buffer { get; } = buffer;

    /// <summary>The recipe, where nobody has read the values yet.</summary>
    public Deferred? Recipe { get; } = recipe;

    /// <summary>Whether there is nothing here.</summary>
    public bool IsEmpty => Buffer is null && Recipe is null;

    /// <summary>The same values, held once more.</summary>
    public Values Hold()
    {
        Buffer?.Hold();
        Recipe?.Hold();
        return this;
    }

    /// <summary>Lets go of the values.</summary>
    public void Release()
    {
        Buffer?.Release();
        Recipe?.Release();
    }

    /// <summary>The values in memory: a recipe is computed and let go.</summary>
    public Buffer Read(int length)
    {
        if (Buffer is not null)
            return Buffer;
        var computed = Buffer.Rent(length);
        Recipe!.Write(computed.Span(length));
        Recipe.Release();
        return computed;
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
