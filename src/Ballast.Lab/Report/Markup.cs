using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Ballast.Lab;

/// <summary>Finished HTML. Text becomes HTML by interpolation, <c>Markup.Of($"&lt;p&gt;{name}&lt;/p&gt;")</c>, which
/// escapes everything put in except what is <see cref="Markup"/> already: nobody has to remember it.</summary>
readonly struct Markup(string text)
{
    /// <summary>No HTML at all.</summary>
    public static Markup None => default;

    /// <summary>Finishes an interpolated string.</summary>
    public static Markup Of(ref Handler html) => new(html.ToText());

    /// <summary>Puts pieces one behind the other.</summary>
    public static Markup Join(IEnumerable<Markup> pieces) => new(string.Concat(pieces));

    /// <summary>Escapes what HTML takes for its own, inside of elements and of quoted attributes.</summary>
    public static string Escape(string? text) => text is null ? "" : text
        .Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal)
        .Replace("\"", "&quot;", StringComparison.Ordinal)
        .Replace("'", "&#39;", StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => text ?? "";

    /// <summary>Builds the text of <see cref="Of"/>.</summary>
    [InterpolatedStringHandler]
    public readonly ref struct Handler
    {
        readonly StringBuilder html;

        public Handler(int literalLength, int formattedCount) =>
            html = new StringBuilder(literalLength + 16 * formattedCount);

        public void AppendLiteral(string value) => html.Append(value);

        public void AppendFormatted(Markup value) => html.Append(value.ToString());

        public void AppendFormatted(IEnumerable<Markup> values) => html.AppendJoin("", values);

        public void AppendFormatted(string? value) => html.Append(Escape(value));

        public void AppendFormatted(IFormattable value) =>
            html.Append(Escape(value.ToString(null, CultureInfo.InvariantCulture)));

        internal string ToText() => html.ToString();
    }
}
