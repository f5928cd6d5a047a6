using System.Globalization;
using System.Numerics;

namespace Ballast;

/// <summary>Numbers in text that comes from outside, read in one strict way: a sign, digits, a decimal point, an exponent, and nothing
/// else. What .NET reads by itself also has thousands separators, so that <c>0,01</c> would be 1.</summary>
public static class NumberText
{
    /// <summary>A number, or false where the text is none that <typeparamref name="T"/> can hold: no number, an infinity, or a number
    /// that would become 0.</summary>
    /// <param name="text">The text, without spaces around it.</param>
    /// <param name="value">The number, or 0.</param>
    /// <typeparam name="T">A whole or a floating-point number.</typeparam>
    public static bool TryRead<T>(string? text, out T value)
        where T : struct, INumber<T>
    {
        var style = IsWhole<T>()
            ? NumberStyles.AllowLeadingSign
            : NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (T.TryParse(text, style, CultureInfo.InvariantCulture, out value) && T.IsFinite(value)
            && (!T.IsZero(value) || text!.TakeWhile(static letter => letter is not ('e' or 'E'))
                .All(static letter => letter is not (>= '1' and <= '9'))))
        {
            return true;
        }

        value = default;
        return false;
    }

    /// <summary>A floating-point number that Ballast wrote itself, which may also be an infinity or NaN.</summary>
    /// <param name="text">The text.</param>
    /// <param name="value">The number, or 0.</param>
    public static bool TryReadBack(string? text, out double value) => double.TryParse(
        text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out value);

    /// <summary>A sentence on how to write a number with a comma in it, a space before it; empty for other text.</summary>
    /// <param name="text">What was refused.</param>
    /// <typeparam name="T">What was expected.</typeparam>
    public static string Remedy<T>(string text)
        where T : struct, INumber<T>
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.Contains(',', StringComparison.Ordinal))
            return "";
        string point = text.Replace(',', '.');
        return !IsWhole<T>() && TryRead<T>(point, out _)
            ? $" Write decimals with a point: {point}."
            : " Write a number without commas.";
    }

    static bool IsWhole<T>()
        where T : struct => default(T) is not (float or double);
}
