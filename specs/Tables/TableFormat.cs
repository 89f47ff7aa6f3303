namespace IconDiffusion.Specs.Tables;

/// <summary>How a table is written.</summary>
public enum TableFormat
{
    /// <summary>For GitHub; footnotes as a numbered list.</summary>
    Markdown,

    /// <summary>RFC 4180, a header line, figures in full precision, notes in the last column.</summary>
    Csv,

    /// <summary>A <c>tabular</c> for the package booktabs.</summary>
    Latex,

    /// <summary>A <c>table</c> element and a list of notes.</summary>
    Html,

    /// <summary>An array of <see cref="Table2Row"/>.</summary>
    Json,
}
