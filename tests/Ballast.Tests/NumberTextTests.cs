namespace Ballast.Tests;

public sealed class NumberTextTests
{
    [Theory]
    [InlineData("0.01", 0.01)]
    [InlineData("-1.5e-3", -0.0015)]
    [InlineData("+2", 2)]
    [InlineData(".5", 0.5)]
    [InlineData("5.", 5)]
    [InlineData("0.000e9", 0)]
    public void A_number_is_a_sign_digits_a_point_and_an_exponent(string text, double expected)
    {
        Assert.True(NumberText.TryRead(text, out double value));
        Assert.Equal(expected, value);
    }

    [Theory]
    [InlineData("0,01", " Write decimals with a point: 0.01.")]
    [InlineData("1,000", " Write decimals with a point: 1.000.")]
    [InlineData("1,000,000", " Write a number without commas.")]
    [InlineData("1,000.5", " Write a number without commas.")]
    [InlineData("", "")]
    [InlineData(" 1", "")]
    [InlineData("1 ", "")]
    [InlineData("(1)", "")]
    [InlineData("$1", "")]
    [InlineData("0x10", "")]
    [InlineData("1e", "")]
    [InlineData("NaN", "")]
    [InlineData("Infinity", "")]
    [InlineData("1e999", "")]
    [InlineData("1e-999", "")]
    [InlineData("1.0.0", "")]
    [InlineData(null, null)]
    public void Anything_else_is_refused_with_a_word_on_its_comma(string? text, string? remedy)
    {
        Assert.False(NumberText.TryRead(text, out double value));
        Assert.Equal(0, value);
        if (text is not null)
            Assert.Equal(remedy, NumberText.Remedy<double>(text));
    }

    [Fact]
    public void A_number_that_a_float_would_make_0_is_refused()
    {
        Assert.False(NumberText.TryRead("1e-50", out float _));
        Assert.True(NumberText.TryRead("1e-45", out float smallest));
        Assert.Equal(float.Epsilon, smallest);
        Assert.False(NumberText.TryRead("1e39", out float _));
    }

    [Theory]
    [InlineData("1,000")]
    [InlineData("1.0")]
    [InlineData("1e3")]
    [InlineData("2147483648")]
    public void Whole_numbers_are_a_sign_and_digits(string text)
    {
        Assert.False(NumberText.TryRead(text, out int _));
        Assert.Equal(text.Contains(',', StringComparison.Ordinal) ? " Write a number without commas." : "", NumberText.Remedy<int>(text));
    }

    [Theory]
    [InlineData("NaN", double.NaN)]
    [InlineData("Infinity", double.PositiveInfinity)]
    [InlineData("2.5", 2.5)]
    public void What_Ballast_wrote_is_read_back(string text, double expected)
    {
        Assert.True(NumberText.TryReadBack(text, out double value));
        Assert.Equal(expected, value);
        Assert.False(NumberText.TryReadBack("2,5", out _));
    }
}
