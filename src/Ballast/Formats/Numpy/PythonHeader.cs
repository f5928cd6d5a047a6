using System.Globalization;

namespace Ballast;

/// <summary>Reads the dict that a NumPy array's header is, as Python writes it:
/// <c>{'descr': '&lt;f4', 'fortran_order': False, 'shape': (3, 4), }</c>.</summary>
/// <param name="text">The header.</param>
/// <param name="path">The file's path, for messages.</param>
sealed class PythonHeader(string text, string path)
{
    const int MostAxes = 64;
    int at;

    /// <summary>Reads the three entries, each of which must be there once.</summary>
    public (string Descr, bool Fortran, long[] Shape) Read()
    {
        string? descr = null;
        bool? fortran = null;
        long[]? shape = null;
        Expect('{');
        while (!Takes('}'))
        {
            string key = Text();
            Expect(':');
            switch (key)
            {
                case "descr" when descr is null: descr = Descr(); break;
                case "fortran_order" when fortran is null: fortran = Truth(); break;
                case "shape" when shape is null: shape = Sizes(); break;
                default: Fail($"an entry {SafetensorsHeader.Quote(key)} or one twice"); break;
            }

            if (!Takes(','))
            {
                Expect('}');
                break;
            }
        }

        if (text.AsSpan(at).Trim(" \n").Length > 0 || descr is null || fortran is not { } order || shape is null)
        {
            Fail("something else");
            return default;
        }

        return (descr, order, shape);
    }

    string Descr()
    {
        SkipSpaces();
        if (at < text.Length && text[at] == '[')
            Throw.InvalidData($"{path}: the array has fields with names (a structured array). Save each field as an array of its own.");
        return Text();
    }

    string Text()
    {
        SkipSpaces();
        char quote = at < text.Length && text[at] is '\'' or '"' ? text[at] : '\0';
        int end = quote == '\0' ? -1 : text.IndexOf(quote, at + 1);
        if (end < 0)
            Fail("something else than a text in quotes");
        string value = text[(at + 1)..end];
        at = end + 1;
        return value;
    }

    bool Truth()
    {
        if (Takes("True"))
            return true;
        if (!Takes("False"))
            Fail("something else than True or False");
        return false;
    }

    long[] Sizes()
    {
        var sizes = new List<long>();
        Expect('(');
        while (!Takes(')'))
        {
            SkipSpaces();
            int start = at;
            while (at < text.Length && char.IsAsciiDigit(text[at]))
                at++;
            bool isNumber = long.TryParse(text.AsSpan(start, at - start), NumberStyles.None, CultureInfo.InvariantCulture, out long size);
            if (!isNumber || sizes.Count == MostAxes)
                Fail("something else than whole numbers as sizes");
            sizes.Add(size);
            Takes("L"); // Python 2's long
            if (!Takes(','))
            {
                Expect(')');
                break;
            }
        }

        return [.. sizes];
    }

    bool Takes(char value) => Takes([value]);

    bool Takes(ReadOnlySpan<char> value)
    {
        SkipSpaces();
        if (!text.AsSpan(at).StartsWith(value, StringComparison.Ordinal))
            return false;
        at += value.Length;
        return true;
    }

    void Expect(char value)
    {
        if (!Takes(value))
            Fail($"no {value} at {at}");
    }

    void SkipSpaces()
    {
        while (at < text.Length && text[at] is ' ' or '\n')
            at++;
    }

    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    void Fail(string what) => Throw.InvalidData(
        $"{path}: expected the array's header to be a dict of descr, fortran_order and shape, got {what}: {SafetensorsHeader.Quote(text)}.");
}
