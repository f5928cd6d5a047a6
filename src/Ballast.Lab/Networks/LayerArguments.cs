namespace Ballast.Lab;

/// <summary>The settings behind a layer's name, taken one by one. What is not a number where one is needed, what is given
/// twice and what nobody takes is refused at its place, by a <see cref="LayerTextException"/>.</summary>
public sealed class LayerArguments
{
    readonly LayerKind kind;
    readonly Place layer;
    readonly List<(string Key, Place Place, Place Value)> given = [];
    readonly List<string> known = [];

    /// <summary>Splits the settings.</summary>
    /// <param name="kind">The layer.</param>
    /// <param name="layer">Its whole text.</param>
    /// <param name="settings">What is behind its colon, or null without one.</param>
    internal LayerArguments(LayerKind kind, Place layer, Place? settings)
    {
        this.kind = kind;
        this.layer = layer;
        if (settings is not { } all)
            return;
        int start = all.Start;
        while (start <= all.End)
        {
            int comma = all.Text.IndexOf(',', start, all.End - start);
            Add(all.Slice(start, comma < 0 ? all.End : comma));
            start = comma < 0 ? all.End + 1 : comma + 1;
        }
    }

    /// <summary>A whole number from 1 on, which has to be there; it may be written without its key, behind those that come
    /// before it.</summary>
    /// <exception cref="LayerTextException">It is missing, or not such a number.</exception>
    public int Count(string key)
    {
        if ((Take(key) ?? Take("")) is not { } value)
        {
            layer.Refuse($"{kind.Name} needs a number for {key}: {kind.Usage}.");
            return 0;
        }

        return Whole(value, 1);
    }

    /// <summary>A whole number from <paramref name="least"/> on.</summary>
    public int Count(string key, int otherwise, int least = 1) => Take(key) is { } value ? Whole(value, least) : otherwise;

    /// <summary>A whole number from 1 on, or null where it is not there.</summary>
    public int? CountOrNull(string key) => Take(key) is { } value ? Whole(value, 1) : null;

    /// <summary>A number.</summary>
    public double Number(string key, double otherwise) => Take(key) is { } value ? Number(key, value) : otherwise;

    /// <summary>A number that may be written without its key, before all others.</summary>
    public double LeadingNumber(string key, double otherwise) =>
        (Take(key) ?? Take("")) is { } value ? Number(key, value) : otherwise;

    /// <summary>A number or the word <c>null</c>.</summary>
    public double? NumberOrNull(string key, double? otherwise) => Take(key) switch
    {
        null => otherwise,
        { } value when Is(value, "null") => null,
        { } value => Number(key, value),
    };

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public bool Flag(string key, bool otherwise)
    {
        if (Take(key) is not { } value)
            return otherwise;
        if (!Is(value, "true") && !Is(value, "false"))
            value.Refuse($"{kind.Name}: {key} is true or false, got \"{value}\".");
        return Is(value, "true");
    }

    /// <summary>Refuses what nobody has taken.</summary>
    internal void RefuseRest()
    {
        if (given.Count == 0)
            return;
        var (key, place, value) = given[0];
        if (known.Contains(key))
            place.Refuse($"{kind.Name}: {key} is given twice.");
        if (known.Count == 0)
            place.Refuse($"{kind.Name} has no settings.");
        if (key.Length == 0)
            value.Refuse($"{kind.Name}: expected key=value, got \"{value}\". It is written {kind.Usage}, decimals with a point.");
        place.Slice(place.Start, place.Start + key.Length)
            .Refuse($"{kind.Name} has no setting \"{key}\". {Suggestion.Of(key, known)}");
    }

    int Whole(Place value, int least)
    {
        if (!NumberText.TryRead(value.ToString(), out int count) || count < least)
            value.Refuse($"{kind.Name}: expected a whole number from {least} on, got \"{value}\".");
        return count;
    }

    double Number(string key, Place value)
    {
        if (!NumberText.TryRead(value.ToString(), out double number))
            value.Refuse($"{kind.Name}: {key} is a number, got \"{value}\".");
        return number;
    }

    void Add(Place place)
    {
        int sign = place.Text.IndexOf('=', place.Start, place.Length);
        var value = sign < 0 ? place : place.Slice(sign + 1, place.End);
        if (value.Length == 0)
            place.Refuse($"{kind.Name}: a setting is missing here. It is written {kind.Usage}, without spaces.");
        // A decimal comma: momentum=0,9 would be a momentum of 0 and something else of 9.
        if (sign < 0 && given.Count > 0 && given[^1] is { Key.Length: > 0 } before
            && char.IsAsciiDigit(before.Value.Text[before.Value.End - 1]) && char.IsAsciiDigit(place.Text[place.Start]))
            place.Refuse($"{kind.Name}: \"{value}\" stands after {before.Place} without a name. Name it too, "
                + $"or write decimals with a point: {before.Place}.{value}");
        given.Add((sign < 0 ? "" : place.Text[place.Start..sign], place, value));
    }

    Place? Take(string key)
    {
        if (key.Length > 0 && !known.Contains(key))
            known.Add(key);
        int i = given.FindIndex(entry => entry.Key.Equals(key, StringComparison.OrdinalIgnoreCase));
        if (i < 0)
            return null;
        var value = given[i].Value;
        given.RemoveAt(i);
        return value;
    }

    static bool Is(Place value, string word) => value.ToString().Equals(word, StringComparison.OrdinalIgnoreCase);
}
