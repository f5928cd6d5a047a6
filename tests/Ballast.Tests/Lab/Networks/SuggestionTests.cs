using Ballast.Lab;

namespace Ballast.Tests.Lab;

public sealed class SuggestionTests
{
    static readonly string[] Known = ["flatten", "linear", "batchnorm", "relu"];

    [Theory]
    [InlineData("liner", "linear")]
    [InlineData("LINEAR", "linear")]
    [InlineData("bachnorm", "batchnorm")]
    [InlineData("batch", "batchnorm")]
    [InlineData("rely", "relu")]
    [InlineData("conv2d", null)]
    [InlineData("x", null)]
    [InlineData("", null)]
    public void The_nearest_word_is_suggested_and_a_far_one_is_not(string word, string? expected) =>
        Assert.Equal(expected, Suggestion.Nearest(word, Known));

    [Fact]
    public void Where_nothing_is_near_all_are_named() =>
        Assert.Equal("There are flatten, linear, batchnorm, relu.", Suggestion.Of("conv2d", Known));
}
