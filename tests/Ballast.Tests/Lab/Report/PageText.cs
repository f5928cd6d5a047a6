using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Ballast.Tests.Lab;

/// <summary>Takes a rendered page apart.</summary>
static partial class PageText
{
    /// <summary>The words that a person sees, one space apart.</summary>
    public static string Seen(string page)
    {
        string visible = Invisible().Replace(page, " ");
        string text = Space().Replace(WebUtility.HtmlDecode(Tag().Replace(visible, " ")), " ");
        return text.Replace(" .", ".", StringComparison.Ordinal).Replace(" ,", ",", StringComparison.Ordinal);
    }

    /// <summary>The page's data.</summary>
    public static JsonElement Data(string page) => JsonDocument.Parse(Json().Match(page).Groups[1].Value).RootElement;

    /// <summary>One chart of the page's data.</summary>
    public static JsonElement Chart(string page, string id) =>
        Data(page).GetProperty("charts").EnumerateArray().Single(chart => chart.GetProperty("id").GetString() == id);

    /// <summary>The values of a chart's line; null where there is none.</summary>
    public static double?[] Line(JsonElement chart, int line) =>
    [
        .. chart.GetProperty("series")[line].GetProperty("values").EnumerateArray()
            .Select(value => value.ValueKind == JsonValueKind.Null ? null : (double?)value.GetDouble()),
    ];

    /// <summary>A chart that is drawn has two points or more to a line, and both of its axes say what they are.</summary>
    public static void IsWhole(JsonElement chart)
    {
        Assert.NotEqual("", chart.GetProperty("unit").GetString());
        Assert.NotEqual("", chart.GetProperty("title").GetString());
        Assert.True(Enumerable.Range(0, chart.GetProperty("series").GetArrayLength()).Max(line => Line(chart, line).Count(static value => value is not null)) >= 2);
    }

    /// <summary>The names of all tags in the order they come, scripts and styles left out.</summary>
    public static string[] Tags(string page) =>
        [.. TagName().Matches(Invisible().Replace(page, "")).Select(tag => tag.Groups[1].Value)];

    [GeneratedRegex("<(script|style|noscript)\\b.*?</\\1>", RegexOptions.Singleline)]
    private static partial Regex Invisible();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex("<(/?[a-zA-Z][a-zA-Z0-9]*)")]
    private static partial Regex TagName();

    [GeneratedRegex("\\s+")]
    private static partial Regex Space();

    [GeneratedRegex("<script type=\"application/json\" id=\"report-data\">(.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex Json();
}
