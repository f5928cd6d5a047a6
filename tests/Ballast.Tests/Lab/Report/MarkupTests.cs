using Ballast.Lab;

namespace Ballast.Tests.Lab;

public class MarkupTests
{
    [Fact]
    public void Text_is_escaped_and_markup_is_not()
    {
        var bold = Markup.Of($"<b>{"a<b & 'c'\""}</b>");

        Assert.Equal("<b>a&lt;b &amp; &#39;c&#39;&quot;</b>", bold.ToString());
        Assert.Equal("<p><b>a&lt;b &amp; &#39;c&#39;&quot;</b>1</p>",
            Markup.Of($"<p>{bold}{1}{Markup.None}{(string?)null}</p>").ToString());
    }

    [Theory]
    [InlineData(null, "–")]
    [InlineData(2.84, "2.8\u00A0s")]
    [InlineData(119.6, "2\u00A0min\u00A00\u00A0s")]
    [InlineData(3723.0, "62\u00A0min\u00A03\u00A0s")]
    public void Times_are_seconds_and_then_minutes(double? seconds, string expected) =>
        Assert.Equal(expected, ReportFormat.Seconds(seconds));

    [Theory]
    [InlineData(-0.0123, "−0.012")]
    [InlineData(-0.0004, "0.000")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.NegativeInfinity, "−Infinity")]
    public void A_loss_below_zero_has_a_minus(double loss, string expected) => Assert.Equal(expected, ReportFormat.Loss(loss));

    [Theory]
    [InlineData(1.573, 1.648, "−0.075")]
    [InlineData(1.7, 1.6, "+0.100")]
    [InlineData(1.6, 1.60001, "0.000")]
    [InlineData(null, 1.6, "")]
    public void Differences_carry_their_sign(double? with, double? without, string expected) =>
        Assert.Equal(expected, ReportFormat.LossDifference(with, without));
}
