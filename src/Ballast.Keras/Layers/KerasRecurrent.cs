namespace Ballast;

/// <summary>Recurrent layers: Keras has the gates of an LSTM in the order of layers here (input, forget, cell, output), those of a GRU as update,
/// reset, new; one bias for an LSTM, which becomes the input's.</summary>
static class KerasRecurrent
{
    /// <summary>A layer that runs in one direction.</summary>
    public static KerasPart One(KerasLayer layer, string kind)
    {
        Dictionary<string, Tensor> state = [];
        var target = Add(layer, kind, "", state);
        return new KerasPart(layer, target, layer.Name, state);
    }

    /// <summary>A layer that runs in both, whose results lie side by side.</summary>
    public static KerasPart Both(KerasLayer layer)
    {
        var (forward, backward) = (layer.Inner("layer", "forward/"), layer.Inner("layer", "backward/"));
        if (layer.Setting("merge_mode").ValueKind != System.Text.Json.JsonValueKind.Undefined && layer.Text("merge_mode") != "concat")
            throw Refusal(layer, "joins its directions otherwise than side by side", "Make it with merge_mode=\"concat\"");
        string kind = forward.Kind is { } named ? KerasKinds.Canonical(named) : KerasKinds.OfWeights(forward.Weights) ?? "?";
        Dictionary<string, Tensor> state = [];
        var target = Add(forward, kind, "", state);
        Add(backward, kind, "_reverse", state);
        return new KerasPart(layer, target, layer.Name, state);
    }

    /// <summary>The class of Keras that a kind of layer here is.</summary>
    public static string KindOf(KerasTarget target) => target == KerasTarget.RNN ? "SimpleRNN" : target.ToString();

    /// <summary>One direction's weights as Keras has them, by their names there.</summary>
    /// <param name="target">The kind of layer.</param>
    /// <param name="taken">Gives its weights here, by their keys without the layer's number.</param>
    public static List<(string Role, Tensor Value)> Written(KerasTarget target, Func<string, Tensor?> taken)
    {
        Tensor input = taken("weight_ih")!, hidden = taken("weight_hh")!;
        // An update and a reset that change places come back by changing them again.
        var order = Order(target, hidden.Shape[1]);
        List<(string, Tensor)> weights =
        [
            ("kernel", input.IndexSelect(0, order).Transpose(0, 1)), ("recurrent_kernel", hidden.IndexSelect(0, order).Transpose(0, 1)),
        ];
        if (taken("bias_ih") is { } first && taken("bias_hh") is { } second)
        {
            var (ofInput, ofState) = (first.IndexSelect(0, order), second.IndexSelect(0, order));
            weights.Add(("bias", target == KerasTarget.GRU ? Tensor.Stack([ofInput, ofState]) : ofInput + ofState));
        }

        return weights;
    }

    // For each gate here its place in Keras.
    static int[] Gates(KerasTarget target) => target switch { KerasTarget.LSTM => [0, 1, 2, 3], KerasTarget.GRU => [1, 0, 2], _ => [0] };

    static Tensor Order(KerasTarget target, int units) =>
        Tensor.FromInt64([.. Gates(target).SelectMany(gate => Enumerable.Range(gate * units, units)).Select(static i => (long)i)]);

    static KerasTarget Add(KerasLayer layer, string kind, string end, Dictionary<string, Tensor> state)
    {
        KerasTarget target = kind switch
        {
            "LSTM" => KerasTarget.LSTM,
            "GRU" => KerasTarget.GRU,
            "SimpleRNN" => KerasTarget.RNN,
            _ => throw Refusal(layer, $"has a {kind} in it", "Known are LSTM, GRU and SimpleRNN"),
        };
        int[] gates = Gates(target);
        if (kind != "SimpleRNN" && (layer.Text("recurrent_activation") ?? "sigmoid") != "sigmoid")
            throw Refusal(layer, $"opens its gates by {layer.Text("recurrent_activation")}", "Layers here do by sigmoid");
        if ((layer.Text("activation") ?? "tanh") is var activation && activation != "tanh" && !(kind == "SimpleRNN" && activation == "relu"))
            throw Refusal(layer, $"has the activation {activation}", "Layers here have tanh");
        if (layer.Flag("go_backwards") == true && end.Length == 0)
            throw Refusal(layer, "goes backwards", "Turn its sequences, or put it into Bidirectional");
        Tensor input = KerasParts.Taken(layer, "kernel", 2), hidden = KerasParts.Taken(layer, "recurrent_kernel", 2);
        int units = hidden.Shape[0];
        if (input.Shape[1] != gates.Length * units || hidden.Shape[1] != gates.Length * units)
        {
            throw new InvalidDataException(
                $"the layer {layer} has a kernel {input.Shape} and a recurrent_kernel {hidden.Shape}, which are none of {kind}. "
                    + "Save the model again.");
        }

        var order = Order(target, units);
        state[$"weight_ih{end}"] = input.Transpose(0, 1).Clone().IndexSelect(0, order);
        state[$"weight_hh{end}"] = hidden.Transpose(0, 1).Clone().IndexSelect(0, order);
        if (!layer.Weights.TryGetValue("bias", out var stored))
        {
            if (layer.Flag("reset_after") == false)
                throw ResetsFirst(layer);
            return target;
        }

        if (kind == "GRU" && stored.Shape.Length == 1)
            throw ResetsFirst(layer);
        var bias = KerasParts.Taken(layer, "bias", kind == "GRU" ? 2 : 1);
        state[$"bias_ih{end}"] = (kind == "GRU" ? bias.Select(0, 0) : bias).Clone().IndexSelect(0, order);
        state[$"bias_hh{end}"] = kind == "GRU" ? bias.Select(0, 1).Clone().IndexSelect(0, order) : Tensor.Zeros(bias.Shape);
        return target;
    }

    static InvalidDataException ResetsFirst(KerasLayer layer) => Refusal(
        layer, "resets its state before the product with it (reset_after=False)",
        "Layers here do after it: train it with reset_after=True, Keras's default");

    static InvalidDataException Refusal(KerasLayer layer, string what, string remedy) =>
        new($"the layer {layer} {what}, which no layer here does. {remedy}.");
}
