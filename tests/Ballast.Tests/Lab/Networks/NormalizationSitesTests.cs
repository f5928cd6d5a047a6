using Ballast.Lab;

namespace Ballast.Tests.Lab;

public class NormalizationSitesTests
{
    [Fact]
    public void The_tutorials_network_is_found_with_and_without()
    {
        var sites = NormalizationSites.Of("mlp");
        Assert.Equal((2, "batchnorm"), (sites.Count, sites.Word));
        Assert.Equal(NamedNetworks.Tutorial.Layers, sites.Place("batchnorm"));
        Assert.Equal(NamedNetworks.TutorialWithout.Layers, sites.Without);
        Assert.Equal(
            "flatten linear:64 relu batchnorm linear:32 relu batchnorm linear:10", sites.Place("batchnorm", after: true));
        Assert.Equal("flatten linear:64 relu linear:32 relu layernorm linear:10", sites.Place("layernorm", after: true, site: 1));
    }

    [Fact]
    public void Only_where_it_stood_or_everywhere_if_it_stood_nowhere()
    {
        Assert.Equal("flatten linear:8 tanh linear:4 rmsnorm gelu linear:10",
            NormalizationSites.Of("flatten linear:8 tanh linear:4 gelu batchnorm:momentum=0.2 linear:10").Place("rmsnorm"));
        var plain = NormalizationSites.Of("mlp-plain");
        Assert.Equal((2, null), (plain.Count, plain.Word));
        Assert.Equal("relu behind linear:32", plain.Describe(1));
        Assert.Equal(NamedNetworks.Tutorial.Layers, plain.Place("batchnorm"));
    }

    [Fact]
    public void A_chain_without_activation_is_refused()
    {
        Assert.Contains("no activation", Assert.Throws<ArgumentException>(() => NormalizationSites.Of("flatten linear:10")).Message, StringComparison.Ordinal);
        Assert.Throws<LayerTextException>(() => NormalizationSites.Of("flatten linear:8 rlu linear:10"));
    }

    [Fact]
    public void A_model_that_is_no_chain_has_all_its_normalizations_placed_at_once()
    {
        var sites = NormalizationSites.Of("ResNet20");
        Assert.Equal((21, "batchnorm", "resnet20", "resnet20 none"), (sites.Count, sites.Word, sites.Normalized, sites.Without));
        Assert.Equal("resnet20", sites.Place("batchnorm"));
        Assert.Equal("resnet20 after batchnorm", sites.Place("batchnorm", after: true));
        Assert.Equal("resnet20 before groupnorm:2", sites.Place("groupnorm:2"));
        Assert.StartsWith("resnet20 before groupnorm:1 groupnorm:2 groupnorm:2 ", sites.Place(site => site == 0 ? "groupnorm:1" : "groupnorm:2"), StringComparison.Ordinal);
        Assert.Contains("resnet20 is not a chain", Assert.Throws<ArgumentException>(() => sites.Place("batchnorm", site: 1)).Message, StringComparison.Ordinal);
        Assert.Contains("Give the model's name alone", Assert.Throws<ArgumentException>(() => NormalizationSites.Of("resnet20 none")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_chain_of_vgg_small_has_its_initial_weights()
    {
        using var scope = Generator.UseDefault(new Generator(42));
        var model = new VggSmall();
        Generator.Default.ManualSeed(42);
        var chain = LayerText.Parse(NormalizationSites.Of("vgg-small").Normalized).Build([3, 32, 32], 10);
        Assert.Equal(
            model.Parameters().Select(parameter => Draw.Bits(parameter.AsSpan())),
            chain.Parameters().Select(parameter => Draw.Bits(parameter.AsSpan())));
    }
}
