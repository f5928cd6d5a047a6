using System.Globalization;
using static Ballast.Lab.ReportFormat;

namespace Ballast.Lab;

/// <summary>What every report has.</summary>
static class ReportParts
{
    /// <summary>A section: its heading beside or above its content.</summary>
    public static Markup Section(string heading, params ReadOnlySpan<Markup> content) => Markup.Of($"""
        <section>
        <h2>{heading}</h2>
        <div>
        {Markup.Join(content.ToArray())}
        </div>
        </section>

        """);

    /// <summary>Names and values.</summary>
    public static Markup List(IEnumerable<Setting> settings) => Markup.Of($"""
        <dl>{settings.Select(item => Markup.Of($"<div><dt>{item.Name}</dt><dd>{item.Value}</dd></div>\n"))}</dl>
        """);

    /// <summary>The place that the page's script draws a chart in.</summary>
    public static Markup Chart(ChartData chart, string caption, string description) => Markup.Of($"""
        <figure class="chart" id="chart-{chart.Id}" data-chart="{chart.Id}">
        <figcaption>{caption}</figcaption>
        <p class="reading" aria-live="polite"></p>
        <div class="plot" tabindex="0" role="img" aria-label="{description}"></div>
        <details><summary>All values</summary></details>
        <noscript><p>The curves are drawn by a script; the numbers are in the tables below.</p></noscript>
        </figure>

        """);

    /// <summary>How to use a chart.</summary>
    public static Markup Hint { get; } = new("""
        <p class="hint">Point at a chart to read values, on a touch screen with a finger, on a keyboard with the
        arrow keys. <span class="mouse">Drag along it to zoom; double-click to see all again.</span></p>

        """);

    /// <summary>Where a result comes from.</summary>
    public static Markup Origin(Provenance origin)
    {
        var facts = List(
        [
            new("Ballast", origin.BallastVersion),
            new(".NET", origin.DotNetVersion),
            new("Processor", origin.Processor),
            new("Threads", Count(origin.Threads)),
            new("Vector width", $"{origin.VectorBits} bits"),
            new("Operating system", origin.OperatingSystem),
            new("Date", origin.Date.ToString("yyyy-MM-dd HH:mm 'UTC'zzz", CultureInfo.InvariantCulture)),
        ]);
        if (origin.Data.Count == 0)
            return facts;
        var files = from file in origin.Data
                    select Markup.Of($"<tr><th scope=\"row\">{file.Name}</th><td>{file.Sha256}</td></tr>\n");
        return Markup.Of($"""
            {facts}
            <table class="hashes">
            <caption>SHA-256 of the data files</caption>
            <tbody>{files}</tbody>
            </table>
            """);
    }

    /// <summary>The command that makes the result again.</summary>
    public static Markup Again(Provenance origin) => string.IsNullOrWhiteSpace(origin.CommandLine)
        ? Markup.None
        : Section("Run it again", Markup.Of($"<pre><code>{origin.CommandLine}</code></pre>"));
}
