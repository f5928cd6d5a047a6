namespace Ballast;

/// <summary>A gradient that gathers what comes from each reader of a value.</summary>
struct GradientSlot(Values held)
{
    Values held = held;

    /// <summary>Whether nothing has come yet.</summary>
    public readonly bool IsEmpty => held.IsEmpty;

    /// <summary>Adds a gradient, taking it over.</summary>
    public void Add(Values more, int length) => held = held.IsEmpty ? more : Operation.Sum(held, more, length);

    /// <summary>Adds the gradient of some elements, taking it over: in place where there is memory that may be written to.</summary>
    /// <param name="region">Where the elements lie in the row-major value.</param>
    /// <param name="overlaps">Whether one element stands at several positions.</param>
    /// <param name="more">Their gradient.</param>
    /// <param name="length">The length of the whole value.</param>
    public void Add(in Layout region, bool overlaps, Values more, int length)
    {
        var part = more.ToOperand(region.Shape);
        if (held.IsEmpty)
        {
            var whole = Buffer.Rent(length);
            if (overlaps || region.Shape.Length < length)
                whole.Span(length).Clear();
            if (overlaps)
                Loops.AddTo(whole, region, part, overlaps);
            else
                Loops.CopyTo(whole, region, part);
            held = new Values(whole);
        }
        else
        {
            var whole = held.ReadExclusive(length);
            Loops.AddTo(whole, region, part, overlaps);
            held = new Values(whole);
        }

        part.Release();
    }

    /// <summary>The gradient gathered so far, which the caller now owns.</summary>
    public Values Take()
    {
        var taken = held;
        held = default;
        return taken;
    }
}
