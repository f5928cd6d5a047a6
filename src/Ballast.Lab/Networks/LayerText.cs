namespace Ballast.Lab;

/// <summary>A network written as a short text: its layers in order, each a name and, behind a colon, its settings.
/// <c>flatten linear:64 batchnorm relu linear:10</c></summary>
/// <remarks><c>text = layer { space layer }</c>, <c>layer = name [ ":" setting { "," setting } ]</c>,
/// <c>setting = [ key "=" ] value</c>. <see cref="LayerKinds"/> has the names. How many inputs a layer has follows from
/// the layer before it.</remarks>
public sealed class LayerText
{
    readonly Call[] calls;

    LayerText(string text, Call[] calls)
    {
        Text = text;
        this.calls = calls;
    }

    /// <summary>The text as it was given.</summary>
    public string Text { get; }

    /// <summary>How many layers it has.</summary>
    public int Count => calls.Length;

    /// <summary>Reads a text.</summary>
    /// <exception cref="LayerTextException">A mistake in it; the message points at the place.</exception>
    public static LayerText Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Call[] calls = [.. Words(text).Select(static word => new Call(word, Read(word)))];
        if (calls.Length == 0)
            new Place(text, text.Length, 0).Refuse($"There are no layers. For example: {NamedNetworks.Tutorial.Layers}");
        return new LayerText(text, calls);
    }

    /// <summary>Makes the network, drawing its initial weights from <see cref="Generator.Default"/> in the order of the
    /// layers. The shapes of all of them are checked before the first one is made.</summary>
    /// <param name="sampleShape">One sample, without a batch axis: <c>[3, 32, 32]</c>.</param>
    /// <param name="classes">How many classes the last layer has to tell apart; 0 for any number.</param>
    /// <exception cref="LayerTextException">Layers that do not fit each other, the samples or the classes.</exception>
    public Network Build(Shape sampleShape, int classes = 0)
    {
        var plans = new LayerPlan[calls.Length];
        var shape = sampleShape;
        for (int i = 0; i < calls.Length; i++)
        {
            try
            {
                plans[i] = calls[i].Plan(shape);
                shape = plans[i].Output;
            }
            catch (ArgumentException error)
            {
                calls[i].Place.Refuse(error.Message);
            }
        }

        if (shape.Rank != 1 || shape[0] < classes)
        {
            string wanted = classes > 0 ? $"[{classes}] or more: one value for each class" : "one axis: one value for each class";
            calls[^1].Place.Refuse($"The network turns a sample {sampleShape} into {shape}. Expected {wanted}. " +
                (shape.Rank != 1 ? "Put flatten before the first linear layer." : $"End with linear:{classes}."));
        }

        return new Network([.. plans.Select((plan, i) => Make(calls[i].Place, plan))]) { Outputs = shape[0] };
    }

    static Module Make(Place place, LayerPlan plan)
    {
        try
        {
            return plan.Make();
        }
        catch (ArgumentException error)
        {
            place.Refuse(error.Message);
            throw;
        }
    }

    /// <summary>The words of a text.</summary>
    internal static IEnumerable<Place> Words(string text)
    {
        int at = 0;
        while (true)
        {
            while (at < text.Length && char.IsWhiteSpace(text[at]))
                at++;
            if (at == text.Length)
                yield break;
            int start = at;
            while (at < text.Length && !char.IsWhiteSpace(text[at]))
                at++;
            yield return new Place(text, start, at - start);
        }
    }

    /// <summary>Reads one layer.</summary>
    /// <exception cref="LayerTextException">A mistake in it; the message points at the place.</exception>
    internal static LayerMaker Read(Place place)
    {
        int colon = place.Text.IndexOf(':', place.Start, place.Length);
        var name = colon < 0 ? place : place.Slice(place.Start, colon);
        var kind = LayerKinds.Find(name.ToString());
        if (kind is null)
            name.Refuse($"There is no layer \"{name}\". {Suggestion.Of(name.ToString(), LayerKinds.All.Select(known => known.Name))}");
        var arguments = new LayerArguments(kind, place, colon < 0 ? null : place.Slice(colon + 1, place.End));
        var make = kind.Read(arguments);
        arguments.RefuseRest();
        return make;
    }

    /// <summary>The text.</summary>
    public override string ToString() => Text;

    readonly record struct Call(Place Place, LayerMaker Plan);
}
