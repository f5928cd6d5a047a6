using System.Globalization;

namespace Ballast;

/// <summary>Values as Python prints them.</summary>
static class PythonText
{
    /// <summary>A truth value.</summary>
    public static string Of(bool value) => value ? "True" : "False";

    /// <summary>A number that is a float there: 1.0, 0.001, 1e-05.</summary>
    public static string Of(double value)
    {
        // A float that stands for a decimal number is that number.
        string text = value == (float)value
            ? ((float)value).ToString("R", CultureInfo.InvariantCulture) : value.ToString("R", CultureInfo.InvariantCulture);
        double size = Math.Abs(value);
        if (size != 0 && (size < 1e-4 || size >= 1e16))
            return Exponential(text);
        return text.Contains('E', StringComparison.Ordinal)
            ? decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture) + (size >= 1e7 ? ".0" : "")
            : text.Contains('.', StringComparison.Ordinal) || !double.IsFinite(value) ? text : text + ".0";
    }

    // 1E-05 is 1e-05 there, 0.00001 too.
    static string Exponential(string text)
    {
        double value = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        string[] parts = value.ToString("0.################E+00", CultureInfo.InvariantCulture).Split('E');
        return $"{parts[0]}e{parts[1]}";
    }

    /// <summary>A number that is written without a point where it is whole: 20, 0.5.</summary>
    public static string Whole(double value) => value == Math.Floor(value) && Math.Abs(value) < 1e15
        ? value.ToString("0", CultureInfo.InvariantCulture) : Of(value);

    /// <summary>What a normalization of channels prints.</summary>
    public static string Norm(int features, double eps, double? momentum, bool affine, bool tracks) => string.Create(
        CultureInfo.InvariantCulture, $"{features}, eps={Of(eps)}, momentum={(momentum is { } share ? Of(share) : "None")}, affine={Of(affine)}, ")
        + $"track_running_stats={Of(tracks)}";

    /// <summary>A shape as a tuple: (3, 4), (3,).</summary>
    public static string Of(Shape shape) => shape.Rank == 1 ? $"({shape[0]},)" : $"({string.Join(", ", shape.ToArray())})";

    /// <summary>Numbers of axes as they were given: 3, (3, 3).</summary>
    public static string Of(PerAxis sizes) => sizes.Count == 0 ? Whole(sizes[0]) : Of(sizes, sizes.Count);

    /// <summary>A number for each of so many axes: (3,), (3, 3).</summary>
    public static string Of(PerAxis sizes, int axes) => Tuple([.. Enumerable.Range(0, axes).Select(axis => Whole(sizes[axis]))]);

    /// <summary>Values as a tuple: (3,), (3, None).</summary>
    public static string Tuple(params string[] values) => $"({string.Join(", ", values)}{(values.Length == 1 ? "," : "")})";

    /// <summary>A list or a dictionary of parameters, with how it calls their types.</summary>
    public static string Parameters(string name, IEnumerable<(string Name, Parameter Value)> parameters, Func<ElementType, string> type)
    {
        string[] lines = [.. parameters.Select(
            entry => $"  ({entry.Name}): Parameter containing: [torch.{type(entry.Value.ElementType)} of size {Times(entry.Value.Shape)}]")];
        return lines.Length < 2 ? $"{name}({string.Concat(lines)})" : $"{name}(\n  {string.Join("\n  ", lines)}\n)";
    }

    static string Times(Shape shape) => string.Join("x", shape.ToArray());

    /// <summary>A word: the name of a value in lower case.</summary>
    public static string Of(Enum value) => value.ToString().ToLowerInvariant();
}
