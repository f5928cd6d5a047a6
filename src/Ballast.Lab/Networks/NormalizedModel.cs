namespace Ballast.Lab;

/// <summary>A model of the library with other normalizations, as a text: <c>resnet20 none</c>, <c>resnet20 after batchnorm</c>,
/// <c>resnet20 before groupnorm:2</c>.</summary>
/// <remarks><c>text = model ( "none" | ( "before" | "after" ) layer { space layer } )</c>: one layer of a <see cref="LayerText"/> for all
/// places, or one for each in the order of the state's keys. <c>batchnorm</c> without settings is the model's own. Before and after
/// is seen from the activation (<see cref="NormLayer"/>).</remarks>
sealed class NormalizedModel
{
    readonly Func<int, int, NormLayer?, Module> make;
    readonly Place[] words;
    readonly LayerMaker[] layers;
    readonly bool after;

    NormalizedModel(NamedNetwork model, Place[] words, bool after, LayerMaker[] layers) =>
        (make, this.words, this.after, this.layers) = (model.MakeWith!, words, after, layers);

    /// <summary>Reads a text; null if it does not begin with a model's name and something behind it.</summary>
    /// <exception cref="LayerTextException">A mistake in it; the message points at the place.</exception>
    public static NormalizedModel? Read(string text)
    {
        Place[] words = [.. LayerText.Words(text)];
        if (words.Length < 2 || NamedNetworks.FindModel(words[0].ToString()) is not { } model)
            return null;
        if (model.MakeWith is null && model.Chain is null)
            words[0].Refuse(model.NotExchanged);
        if (model.MakeWith is null)
            words[0].Refuse($"{model.Name} is a chain of layers: write its layers, with the normalizations where they shall be.");
        string side = words[1].ToString().ToLowerInvariant();
        if (side is not ("none" or "before" or "after"))
        {
            words[1].Refuse("Behind a model's name there is the side of the activations and a normalization, "
                + $"as in \"{model.Name} after groupnorm:4\", "
                + $"or none. {Suggestion.Of(side, ["before", "after", "none"])}");
        }

        if (side == "none" && words.Length > 2)
            words[2].Refuse("Behind none there is nothing to place.");
        if (side != "none" && words.Length == 2)
            words[1].Refuse($"Which normalization? For example: {model.Name} {side} groupnorm:4");
        return new NormalizedModel(model, words, side == "after", [.. words[2..].Select(Layer)]);
    }

    /// <summary>How many normalizations a model has.</summary>
    public static int Count(NamedNetwork model)
    {
        int count = 0;
        using var generator = Generator.UseDefault(new Generator(0));
        model.MakeWith!(3, 2, new NormLayer(_ => Count(new Identity())));
        return count;

        Module Count(Module layer)
        {
            count++;
            return layer;
        }
    }

    /// <summary>Makes the network, drawing its initial weights from <see cref="Generator.Default"/>; they are those of the model
    /// itself.</summary>
    /// <exception cref="LayerTextException">Another number of normalizations than the model has, or one that does not fit.</exception>
    public Module Build(Shape sample, int classes)
    {
        if (layers.Length == 0)
            return make(sample[0], classes, new NormLayer(static _ => new Identity()));
        if (words.Length == 3 && words[2].ToString().Equals("batchnorm", StringComparison.OrdinalIgnoreCase))
            return make(sample[0], classes, new NormLayer(After: after));
        var shapes = Shapes(sample, classes);
        if (layers.Length != 1 && layers.Length != shapes.Count)
            words[0].Refuse($"The model has {shapes.Count} normalizations, and {layers.Length} are given. Give "
                + "one for all of them, or one for each.");
        int at = 0;
        return make(sample[0], classes, new NormLayer(_ => Make(at, shapes[at++]), after));
    }

    Module Make(int at, Shape sample)
    {
        int which = layers.Length == 1 ? 0 : at;
        try
        {
            return layers[which](sample).Make();
        }
        catch (ArgumentException error)
        {
            words[which + 2].Refuse(error.Message);
            throw;
        }
    }

    // What goes into each normalization: a layer may have a weight for each of its values.
    List<Shape> Shapes(Shape sample, int classes)
    {
        var sites = new List<Site>();
        using var generator = Generator.UseDefault(new Generator(0));
        using var off = Tensor.NoGrad();
        var network = make(sample[0], classes, new NormLayer(_ => AddTo(sites), after));
        network.Eval();
        network.Forward(Tensor.Zeros(sample.Batched(1)));
        return [.. sites.Select(static site => site.Seen)];
    }

    static Site AddTo(List<Site> sites)
    {
        sites.Add(new Site());
        return sites[^1];
    }

    static LayerMaker Layer(Place word)
    {
        string name = word.ToString().Split(':', 2)[0];
        if (!NormalizationKinds.All.Any(kind => kind.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
            word.Refuse($"There is no normalization \"{name}\". {Suggestion.Of(name, NormalizationKinds.All.Select(static kind => kind.Name))}");
        return LayerText.Read(word);
    }

    /// <summary>Looks at the shape of what comes by.</summary>
    sealed class Site : Module
    {
        public Shape Seen { get; private set; }

        public override Tensor Forward(Tensor input)
        {
            Seen = new Shape(input.Shape.ToArray().AsSpan(1));
            return input;
        }
    }
}
