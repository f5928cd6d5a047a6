using System.Text;

namespace Ballast.Lab;

/// <summary>The frame of every report: one HTML file with its style, its script and its data inside, which loads
/// nothing.</summary>
static class ReportPage
{
    /// <summary>Puts a page together.</summary>
    public static string Render(string title, Markup body, ReportData data)
    {
        return Fill(Resource("page.html"), Content);

        string Content(string name) => name switch
        {
            "title" => Markup.Escape(title),
            "style" => Resource("uPlot.css") + Resource("report.css"),
            "body" => body.ToString(),
            "data" => data.ToJson(),
            "licence" => Resource("uPlot.licence"),
            "uPlot" => Resource("uPlot.js"),
            "script" => Resource("report.js"),
            _ => throw new InvalidOperationException($"page.html: there is nothing to fill {{{{{name}}}}} with."),
        };
    }

    /// <summary>Writes a page so that a reader never meets half of it and a full disk leaves the former one.</summary>
    public static void Write(string page, string path)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(page)));
    }

    /// <summary>The text of an embedded file.</summary>
    public static string Resource(string name)
    {
        using var stream = typeof(ReportPage).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The assembly has no embedded file {name}.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    // One pass: what is filled in is not looked at again, so that a title of "{{data}}" stays what it is.
    static string Fill(string template, Func<string, string> content)
    {
        var page = new StringBuilder(160_000);
        int at = 0;
        while (template.IndexOf("{{", at, StringComparison.Ordinal) is >= 0 and var open)
        {
            int close = template.IndexOf("}}", open, StringComparison.Ordinal);
            page.Append(template, at, open - at).Append(content(template[(open + 2)..close]));
            at = close + 2;
        }

        return page.Append(template, at, template.Length - at).ToString();
    }
}
