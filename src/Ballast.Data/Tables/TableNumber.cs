namespace Ballast;

/// <summary>Reads plain decimal numbers, to the bits that <see cref="float.Parse(string)"/> gives.</summary>
static class TableNumber
{
    // Powers of ten that double precision holds exactly.
    static ReadOnlySpan<double> Powers =>
    [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ];

    /// <summary>Reads a number of at most 19 digits, perhaps with a sign, decimals and an exponent; false for all else, and for the few
    /// numbers whose rounding cannot be told this way.</summary>
    /// <remarks>The digits are a whole number w below 10^19, the value is w 10^s. Converting w to double precision and one exact power of ten
    /// round once each: the result is off by less than two units in its last place. Rounding it to single precision gives what rounding
    /// the value itself gives, unless the middle between two neighbours in single precision lies as near: the last 29 of the 52 bits say
    /// so (W. D. Clinger, How to read floating point numbers accurately, 1990, has the case of one exact operation).</remarks>
    public static bool TryRead(ReadOnlySpan<char> text, char point, out float value)
    {
        value = 0;
        int at = text.Length > 0 && text[0] is '-' or '+' ? 1 : 0;
        ulong digits = 0;
        int count = Digits(text, ref at, ref digits), scale = 0;
        if (at < text.Length && text[at] == point)
        {
            at++;
            scale = -Digits(text, ref at, ref digits);
        }

        count -= scale;
        if (count is 0 or > 19)
            return false;
        if (at < text.Length && !TryExponent(text[at..], ref scale))
            return false;
        double whole = digits;
        if (scale is < -22 or > 22)
            return false;
        double exact = scale < 0 ? whole / Powers[-scale] : whole * Powers[scale];
        int below = (int)(BitConverter.DoubleToInt64Bits(exact) & 0x1FFF_FFFF);
        if (below is >= 0x1000_0000 - 4 and <= 0x1000_0000 + 4 || (digits != 0 && exact is not (> 1.2e-38 and < 3.4e38)))
            return false;
        value = text[0] == '-' ? -(float)exact : (float)exact;
        return true;
    }

    static int Digits(ReadOnlySpan<char> text, ref int at, ref ulong digits)
    {
        int from = at;
        ulong sum = digits;
        for (; at < text.Length; at++)
        {
            uint digit = (uint)text[at] - '0';
            if (digit > 9)
                break;
            sum = sum * 10 + digit;         // may overflow: then there are too many digits
        }

        digits = sum;
        return at - from;
    }

    static bool TryExponent(ReadOnlySpan<char> text, ref int scale)
    {
        if ((text[0] | 0x20) != 'e')
            return false;
        int at = text.Length > 1 && text[1] is '-' or '+' ? 2 : 1;
        ulong exponent = 0;
        bool minus = at == 2 && text[1] == '-';
        int count = Digits(text, ref at, ref exponent);
        if (count is 0 or > 3 || at < text.Length)
            return false;
        scale += minus ? -(int)exponent : (int)exponent;
        return true;
    }
}
