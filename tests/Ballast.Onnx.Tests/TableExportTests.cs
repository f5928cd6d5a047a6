using System.Globalization;
using System.Text;

namespace Ballast.Onnx.Tests;

/// <summary>The networks of tables, one or the mean of several, as ONNX Runtime computes them.</summary>
public class TableExportTests
{
    // Numbers of which some are missing, categories of which one is new at the end, dates and booleans.
    static string Table()
    {
        var text = new StringBuilder("area,town,built,sold,price,kind,red,round\n");
        for (int i = 0; i < 120; i++)
        {
            string area = i % 11 == 0 ? "" : $"{40 + i * 37 % 90}", town = i == 119 ? "Jena" : i % 13 == 0 ? "" : i % 3 == 0 ? "Ulm" : "Bonn";
            text.Append(CultureInfo.InvariantCulture, $"{area},{town},{1970 + i % 50}-0{1 + i % 9}-11,{(i % 4 == 0 ? "true" : "false")},{i * 37 % 90}.5,");
            text.Append(CultureInfo.InvariantCulture, $"{(i % 3 == 0 ? "a" : i % 3 == 1 ? "b" : "c")},{i % 2},{i / 7 % 2}\n");
        }

        return text.ToString();
    }

    [Theory]
    [InlineData("price", 4, false)]
    [InlineData("price", 0, true)]
    [InlineData("kind", 3, true)]
    [InlineData("red,round", 2, false)]
    public void A_tables_network_gives_what_ONNX_Runtime_makes_of_its_file(string target, int members, bool fold)
    {
        using Folder folder = new();
        File.WriteAllText(folder.File("t.csv"), Table());
        var training = new TableTraining { Epochs = 3, Members = members };
        var data = TableDataset.Open(folder.File("t.csv"), target.Split(','), train: rows => training.Split(rows).Train);
        var network = training.Fit(data).Module;
        Assert.Equal(Math.Max(1, members), network.StateDict().Keys.Count(static key => key.EndsWith("first.weight", StringComparison.Ordinal)));
        OnnxFile.Export(network, [1, data.Schema.Inputs], folder.File("net.onnx"), new OnnxExportOptions { FoldNormalization = fold });
        using var session = Ort.Open(folder.File("net.onnx"));
        foreach (int[] rows in (int[][])[[.. Enumerable.Range(0, 120)], [119], [0, 13, 11]])
        {
            var inputs = Tensor.From([.. rows.SelectMany(row => data.Row(row).ToArray())], [rows.Length, data.Schema.Inputs]);
            var expected = Exported.Evaluate(x => [network.Forward(x[0])], [inputs])[0];
            var got = Ort.Run(session, [inputs])[0];
            Assert.Equal(expected.Shape, got.Shape);
            Assert.InRange(Ort.Difference(expected, got), 0, 1e-5);
        }
    }
}
