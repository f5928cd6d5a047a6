using Microsoft.Playwright;

namespace Ballast.BrowserTests;

/// <summary>What a person sees of the reports. With <c>BALLAST_SCREENSHOTS</c> naming a folder, pictures are left there.</summary>
public sealed class ReportTests(Browser browser) : IClassFixture<Browser>
{
    static readonly (string Name, string Path)[] Pages =
    [
        ("placement", SamplePages.Placement), ("batch-size", SamplePages.BatchSize), ("learning-rate", SamplePages.LearningRate),
        ("comparison", SamplePages.Comparison), ("training", SamplePages.Training),
        ("classes", SamplePages.Classes), ("numbers", SamplePages.Numbers),
    ];

    async Task<IPage> Open(string path, int width = 1280, ColorScheme scheme = ColorScheme.Light, bool touch = false, List<string>? problems = null)
    {
        var context = await browser.Chromium.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = 900 },
            ColorScheme = scheme,
            HasTouch = touch,
            Offline = true,
        });
        var page = await context.NewPageAsync();
        page.PageError += (_, error) => problems?.Add(error);
        page.Console += (_, message) => problems?.Add(message.Type == "error" ? message.Text : "");
        page.Request += (_, request) => problems?.Add(request.Url.StartsWith("file:", StringComparison.Ordinal) || request.Url.StartsWith("data:", StringComparison.Ordinal) ? "" : request.Url);
        await page.GotoAsync(new Uri(path).AbsoluteUri);
        await page.WaitForFunctionAsync("document.querySelectorAll('.chart').length === document.querySelectorAll('.chart canvas').length");
        return page;
    }

    static async Task Picture(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("BALLAST_SCREENSHOTS") is { Length: > 0 } folder)
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}.png"), FullPage = true });
    }

    static Task<bool> HasInk(IPage page, int chart) => page.EvaluateAsync<bool>(
        """
        i => {
          const canvas = document.querySelectorAll(".chart canvas")[i];
          const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
          let coloured = 0;
          for (let p = 0; p < pixels.length; p += 4)
            if (pixels[p + 3] > 200 && Math.max(pixels[p], pixels[p + 1], pixels[p + 2]) - Math.min(pixels[p], pixels[p + 1], pixels[p + 2]) > 40) coloured++;
          return coloured > 300;
        }
        """, chart);

    [BrowserFact]
    public async Task Charts_are_drawn_without_an_error_and_without_a_network_in_light_and_dark_and_on_a_phone()
    {
        foreach (var (name, path) in Pages)
        {
            foreach (var (kind, width, scheme) in new[] { ("desktop", 1280, ColorScheme.Light), ("dark", 1280, ColorScheme.Dark), ("phone", 375, ColorScheme.Light) })
            {
                var problems = new List<string>();
                var page = await Open(path, width, scheme, kind == "phone", problems);
                Assert.DoesNotContain(problems, static problem => problem.Length > 0);
                int charts = await page.Locator(".chart").CountAsync();
                Assert.True(charts > 0);
                for (int i = 0; i < charts; i++)
                    Assert.True(await HasInk(page, i), $"{name}, {kind}: chart {i} is empty");
                int overflow = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
                Assert.True(overflow <= 0, $"{name}, {kind}: {overflow} pixels wider than the screen");
                await Picture(page, $"{name}-{kind}");
                await page.Context.CloseAsync();
            }
        }
    }

    [BrowserFact]
    public async Task Dark_is_dark_and_changes_while_the_page_is_open()
    {
        var page = await Open(SamplePages.Placement, scheme: ColorScheme.Dark);
        string dark = await page.EvaluateAsync<string>("getComputedStyle(document.documentElement).backgroundColor");
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        Assert.Equal("rgb(18, 23, 26)", dark);
        Assert.Equal("rgb(255, 255, 255)", await page.EvaluateAsync<string>("getComputedStyle(document.documentElement).backgroundColor"));
        Assert.True(await HasInk(page, 0));
    }

    [BrowserFact]
    public async Task Pointing_at_a_chart_reads_its_values_with_their_spread()
    {
        var page = await Open(SamplePages.Placement);
        var chart = page.Locator(".chart").First;
        string before = await chart.Locator(".reading").InnerTextAsync();
        Assert.Contains("mini-batch 25,000", before, StringComparison.Ordinal);
        Assert.Contains("before 46.7", before, StringComparison.Ordinal);
        Assert.Matches(@"before 46\.7.%\s+46\.2.% to 47\.2.%", before);
        await chart.ScrollIntoViewIfNeededAsync();
        var box = (await chart.Locator(".u-over").BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(box.X + box.Width * 0.2f, box.Y + box.Height / 2);
        Assert.Contains("mini-batch 5,000", await chart.Locator(".reading").InnerTextAsync(), StringComparison.Ordinal);
        await chart.Locator(".plot").FocusAsync();
        await page.Keyboard.PressAsync("End");
        await page.Keyboard.PressAsync("ArrowLeft");
        Assert.Contains("mini-batch 20,000", await chart.Locator(".reading").InnerTextAsync(), StringComparison.Ordinal);
    }

    [BrowserFact]
    public async Task Pointing_at_a_dot_says_which_training_it_is()
    {
        var page = await Open(SamplePages.Placement, touch: true);
        var dots = page.Locator(".dots:not(.forest)").First;
        Assert.Equal(15, await dots.Locator(".dot").CountAsync());
        await dots.Locator(".dot").Nth(1).HoverAsync();
        Assert.Equal("before, seed 7: 47.6\u00A0%", await dots.Locator(".reading").InnerTextAsync());
        var first = (await dots.Locator(".row").Nth(0).Locator(".mean").BoundingBoxAsync())!;
        var third = (await dots.Locator(".row").Nth(2).Locator(".mean").BoundingBoxAsync())!;
        Assert.True(first.X > third.X + 100);     // 47.9 % lies right of 41.8 %
    }

    [BrowserFact]
    public async Task The_answer_and_the_tables_are_seen()
    {
        var page = await Open(SamplePages.Placement);
        Assert.StartsWith("With batch normalization before the activation the test accuracy is 47.9", await page.Locator(".answer").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Contains("before − none", await page.Locator(".tests").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Contains("Reproduced", await page.Locator(".outcomes").InnerTextAsync(), StringComparison.Ordinal);
        await page.Locator("summary", new() { HasText = "All trials" }).ClickAsync();
        Assert.Equal(15, await page.Locator("details[open] tbody tr").CountAsync());
    }

    [BrowserFact]
    public async Task Activations_are_seen_before_and_after_normalization_on_one_scale()
    {
        foreach (var (width, scheme) in new[] { (1280, ColorScheme.Light), (375, ColorScheme.Dark) })
        {
            var page = await Open(SamplePages.Training, width, scheme);
            var rows = page.Locator(".spread");
            Assert.Equal(4, await rows.CountAsync()); // of six layers
            Assert.Contains("Of 6 layers 4 are shown", await page.Locator(".spreads > .reading").InnerTextAsync(), StringComparison.Ordinal);
            for (int row = 0; row < 4; row++)
            {
                var panels = rows.Nth(row).Locator(".panel");
                Assert.Equal(["before normalization", "epoch", "after it", "epoch"], await panels.Locator("p").AllInnerTextsAsync());
                var (before, after) = (await Shape(panels.Nth(0)), await Shape(panels.Nth(1)));
                Assert.True(before.Width > 80 && before.Height > 100, $"{before.Width} x {before.Height}");
                // Values of deviations up to 6 above ones of 1, on the same axis.
                Assert.InRange(before.Height / after.Height, 3, 9);
                Assert.Equal(["0", "1", "2", "3", "4", "5"], await panels.Nth(0).Locator(".epochs span").AllInnerTextsAsync());
                var scale = (await rows.Nth(row).Locator(".scale").BoundingBoxAsync())!;
                var plot = (await panels.Nth(0).Locator("svg").BoundingBoxAsync())!;
                Assert.Equal(plot.Y, scale.Y, 1.5f);
                Assert.Equal(plot.Height, scale.Height, 1.5f);
            }

            await page.Context.CloseAsync();
        }

        static async Task<(double Width, double Height)> Shape(ILocator panel)
        {
            var box = (await panel.Locator(".shape").BoundingBoxAsync())!;
            return (box.Width, box.Height);
        }
    }

    [BrowserFact]
    public async Task What_a_network_does_with_samples_held_back_is_named_and_legible_and_nothing_lies_on_another()
    {
        foreach (var (path, figures, pictures) in new[] { (SamplePages.Classes, 2, 12), (SamplePages.Numbers, 3, 0) })
        {
            foreach (var (width, scheme) in new[] { (1280, ColorScheme.Light), (1280, ColorScheme.Dark), (375, ColorScheme.Light), (375, ColorScheme.Dark) })
            {
                var page = await Open(path, width, scheme);
                string[] names = await page.EvaluateAsync<string[]>("[...document.querySelectorAll('svg[role=img]')].map(one => one.getAttribute('aria-label') || '')");
                Assert.True(names.Length >= figures, $"{names.Length} figures");
                Assert.All(names, static name => Assert.True(name.Length > 10, $"\"{name}\""));
                string[] alternatives = await page.EvaluateAsync<string[]>("[...document.querySelectorAll('.mistakes img')].map(one => one.complete && one.naturalWidth ? one.alt : '')");
                Assert.Equal(pictures, alternatives.Length);
                Assert.All(alternatives, Assert.NotEmpty);
                string[] problems = await page.EvaluateAsync<string[]>(Overlaps);
                Assert.True(problems.Length == 0, $"{Path.GetFileName(path)}, {width}, {scheme}: {string.Join("; ", problems)}");
                Assert.InRange(await page.EvaluateAsync<double>(LeastContrast), 4.5, 21);
                await page.Context.CloseAsync();
            }
        }
    }

    // Figures, and the numbers at their axes, whose boxes have more than a pixel in common.
    const string Overlaps =
        """
        () => {
          const found = [];
          const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
          const look = (all, what) => all.forEach((one, i) => all.slice(i + 1).forEach(other => {
            if (meet(one.getBoundingClientRect(), other.getBoundingClientRect())) found.push(`${what} ${one.textContent.trim().slice(0, 30)} on ${other.textContent.trim().slice(0, 30)}`);
          }));
          look([...document.querySelectorAll("figure")].filter(one => !one.querySelector("figure") && !one.closest("figure figure")), "figure");
          document.querySelectorAll(".square .scale, .square .across").forEach(axis => look([...axis.querySelectorAll("span")], "number"));
          return found;
        }
        """;

    // The least contrast (WCAG 2) of a text of a confusion matrix, a table or a caption with what is behind it.
    const string LeastContrast =
        """
        () => {
          const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
          const paint = (colours) => { canvas.clearRect(0, 0, 1, 1); for (const one of colours) { canvas.fillStyle = one; canvas.fillRect(0, 0, 1, 1); } return canvas.getImageData(0, 0, 1, 1).data; };
          const light = rgb => [0.2126, 0.7152, 0.0722].reduce((sum, part, i) => { const v = rgb[i] / 255; return sum + part * (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); }, 0);
          let least = 21;
          document.querySelectorAll(".matrix td, .classes td, .square figcaption, .square .name, .square .up, .square span, .mistakes figcaption").forEach(one => {
            if (!one.textContent.trim()) return;
            const behind = [];
            for (let at = one; at; at = at.parentElement) behind.unshift(getComputedStyle(at).backgroundColor);
            const ground = light(paint(behind)), ink = light(paint([...behind, getComputedStyle(one).color]));
            least = Math.min(least, (Math.max(ground, ink) + 0.05) / (Math.min(ground, ink) + 0.05));
          });
          return least;
        }
        """;

    [BrowserFact]
    public async Task A_comparison_shows_both_networks_activations_and_the_accuracy_of_each_epoch()
    {
        var page = await Open(SamplePages.Comparison);
        Assert.Equal(["without: given to the activation", "epoch", "with: before normalization", "epoch", "with: after it", "epoch"],
            await page.Locator(".spread").First.Locator(".panel p").AllInnerTextsAsync());
        var accuracy = page.Locator("#chart-accuracy");
        Assert.Contains("epoch 5", await accuracy.Locator(".reading").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Contains("with 38.0", await accuracy.Locator(".reading").InnerTextAsync(), StringComparison.Ordinal);
        await page.Locator(".spreads summary").ClickAsync();
        Assert.Equal(72, await page.Locator(".spreads details[open] tbody tr").CountAsync());
    }

    [BrowserFact]
    public async Task It_prints_on_white_paper_with_its_charts()
    {
        foreach (var (name, path) in Pages)
        {
            var page = await Open(path, 720, ColorScheme.Dark);
            byte[] pdf = await page.PdfAsync(new() { Format = "A4", PrintBackground = false });
            Assert.True(pdf.Length > 30_000);
            Assert.Equal("%PDF"u8.ToArray(), pdf[..4]);
            if (Environment.GetEnvironmentVariable("BALLAST_SCREENSHOTS") is { Length: > 0 } folder)
                await File.WriteAllBytesAsync(Path.Combine(folder, $"{name}.pdf"), pdf);
            await page.EmulateMediaAsync(new() { Media = Media.Print });
            await page.EvaluateAsync("dispatchEvent(new Event('beforeprint'))");
            await Picture(page, $"{name}-print");
            Assert.True(await HasInk(page, 0));
            Assert.Equal("rgb(255, 255, 255)", await page.EvaluateAsync<string>("getComputedStyle(document.documentElement).backgroundColor"));
            await page.Context.CloseAsync();
        }
    }
}
