using System.Text.RegularExpressions;
using IconDiffusion.Client.Output;
using IconDiffusion.Specs.Cluster;
using Spectre.Console;

namespace IconDiffusion.Client.Tests;

/// <summary>The console in another language than English: what it says, how it keeps its columns, and that nothing on its main path is left out.</summary>
public sealed partial class LanguageTests : IDisposable
{
    private readonly Icon _icon = new();

    public void Dispose() => _icon.Dispose();

    [Theory]
    [InlineData("icon: warning: Nobody's consent is on record: results say so, and publishing refuses.", "icon: 注意: 誰の同意も記録されていません。結果にその旨が書かれ、公開は拒まれます。")]
    [InlineData("icon: There is no experiment file 'done, failed.json'.", "icon: 実験ファイル 'done, failed.json' がありません。")]
    [InlineData("126 icons would be used, 32 more set aside", "使われるアイコン：126 個、ほかに評価用 32 個")]
    [InlineData("quick-ab12: 12 of 40 done, 1 failed, 2 training, 25 waiting, about 3 min 05 s left", "quick-ab12：40 件中 12 件完了、失敗 1 件、学習中 2 件、待機中 25 件、残り約 3 分 05 秒")]
    [InlineData("ddpm 32 (1,2,4): training  12 %, step 20, 2.9 steps/s, loss 0.1234, 12 h 04 min left, step 20: not sharp yet", "ddpm 32 (1,2,4)：学習  12 %、ステップ 20、2.9 ステップ/秒、損失 0.1234、残り 12 時間 04 分、ステップ 20：まだ鮮明でない")]
    [InlineData("data folder  12 %, 45 s left", "データフォルダー  12 %、残り 45 秒")]
    [InlineData("2 run(s), about 12 h 04 min on cpu; the file asks for RTX 3080", "ラン 2 件、cpu で約 12 時間 04 分；ファイルの指定は RTX 3080")]
    [InlineData("report    /home/done, failed/report.html  (does it copy? also as report.json, .csv, .md and .tex)", "レポート  /home/done, failed/report.html  （複製か？ report.json、.csv、.md、.tex もあります）")]
    [InlineData("copies    ddpm 32 (1,2,4): No copies found: 3 of 1024 icons lie closer to one training icon than 99 % of training icons lie to each other (aligned distance below 8.1 of 255).",
        "複製      ddpm 32 (1,2,4)：複製は見つかりませんでした。アイコン 1024 個のうち 3 個が、学習アイコン同士の 99 % よりも、ある学習アイコンに近くなっています（位置合わせ後の距離が 255 中 8.1 未満）。")]
    [InlineData("enlarged  ddpm 16 (1,2,4) from 32 px: PSNR 24.1 dB bicubic, 24.6 dB Lanczos, 23.0 dB the run; Feature distance (ResNet-18) 0.12 bicubic, 0.11 Lanczos, 0.05 the run",
        "拡大      ddpm 16 (1,2,4) from 32 px：PSNR 24.1 dB（バイキュービック）、24.6 dB（ランチョス）、23.0 dB（このラン）；特徴量の距離 (ResNet-18) 0.12（バイキュービック）、0.11（ランチョス）、0.05（このラン）")]
    public void ALine_IsSaid(string english, string expected) => Assert.Equal(expected, Speech.Say(english, Speech.Translator("ja")));

    [Theory]
    [InlineData("ja", "ja_JP.UTF-8", null, "en_US.UTF-8")]
    [InlineData("ja", null, "ja_JP.UTF-8", "C")]
    [InlineData("ja", "", "", "ja")]
    [InlineData("en", "C.UTF-8", "ja_JP.UTF-8", "ja_JP.UTF-8")]
    [InlineData("en", null, null, "de_DE@euro")]
    [InlineData("en", null, null, null)]
    public void TheEnvironmentsLanguage_IsSpoken(string expected, string? all, string? messages, string? lang) =>
        Assert.Equal(expected, Speech.Wanted(name => name switch { "LC_ALL" => all, "LC_MESSAGES" => messages, _ => lang }));

    [Fact]
    public void EveryTextThatIsSaidAsItIs_IsThere()
    {
        var texts = Speech.Translator("ja");
        var said = new[] { "client", "silo/Commands" }
            .SelectMany(folder => Directory.EnumerateFiles(Checkout.PathOf(folder), "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)).Select(File.ReadAllText)
            .SelectMany(code => Said().Matches(code).Concat(Heads().Matches(code).SelectMany(heads => Quoted().Matches(heads.Value))))
            .Select(found => found.Groups[1].Value).Where(text => text.Any(char.IsAsciiLetter)).Distinct().ToList();

        Assert.InRange(said.Count, 30, 1000);
        Assert.Empty(said.Where(text => !Speech.Say(text, texts).Any(IsJapanese)).Except(["GMAC/icon"]));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(90)]
    public void ATableOfCells_KeepsItsColumns(int width)
    {
        var writer = new StringWriter();
        var console = AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(writer), Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors });
        console.Profile.Width = width;
        CellStatus Cell(int number, string label, CellState state) => new() { Cell = number, RunId = "0123456789ab", Label = label, State = state, Attempts = 1 };
        var status = new ExperimentStatus
        {
            Id = "many", Name = "many", State = ExperimentState.Running, Priority = 0, SubmittedAt = default,
            Cells = [Cell(0, "絵文字の顔", CellState.Waiting), Cell(1, "ddpm 32 (1,2,4) of many words that do not fit", CellState.Paused), Cell(2, "とても長い名前のとても長い名前のとても長い名前のモデル", CellState.Waiting)],
        };

        console.Write(new CellTable(status, width, 50).Render(null));

        // Whatever is in front, the states begin in one column.
        var lines = writer.ToString().Split('\n')[1..5];
        Assert.Single(lines.Select(line => Speech.Width(line[..StateAt(line)])).Distinct());

        static int StateAt(string line) => ((string[])["state", "waiting", "paused"]).Max(state => line.IndexOf(state, StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task AnExperiment_IsRunAndShown_InJapanese()
    {
        var outcome = await _icon.RunAsync("run", _icon.Write("tiny.json", TinyExperiment.Json(steps: 5)), "--threads", "2", "--lang", "ja");
        var again = await _icon.RunAsync("results", "tiny", "--lang", "ja");

        Assert.Equal((0, 0), (outcome.ExitCode, again.ExitCode));
        AssertJapanese(outcome.Error);
        AssertJapanese(outcome.Output);
        Assert.Equal(Labels(outcome.Output), Labels(again.Output));
        Assert.Equal(["表", "図", "画像"], Labels(outcome.Output).Intersect(["表", "図", "画像"]));

        // Behind the table, each in its column.
        static IEnumerable<string> Labels(string output) => output.Split('\n').Select(line => Label().Match(line)).Where(found => found.Success).Select(found => found.Groups[1].Value);
    }

    [Fact]
    public async Task WhatTheArtistMeetsFirst_IsJapanese_AndTheExitCodesStay()
    {
        var folder = Path.Combine(_icon.Folder, "faces");
        await _icon.RunAsync("dataset", "make", "noto-faces", "--count", "12", "--size", "32", "--output", folder);
        File.Delete(Path.Combine(folder, "consent.json"));

        var asked = await _icon.RunAsync("ask", folder, "--yes", "--lang", "ja");

        Assert.Equal(2, asked.ExitCode);
        Assert.Equal(
            [
                "使われるアイコン：12 個", "1 個は一覧画像で、無視する：contact-sheet.png", "同意：consent.json がない",
                $"icon: '{folder}' に consent.json がなく、ここでは質問できません。--artist と --licence、または --no-consent を指定してください。",
            ],
            asked.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        AssertJapanese(asked.Error);
    }

    [Theory]
    [InlineData]
    [InlineData("run")]
    [InlineData("ask")]
    public async Task Help_SaysWhatACommandIsFor(params string[] command)
    {
        var outcome = await _icon.RunAsync([.. command, "--help", "--lang", "ja"]);

        var (description, commands) = (outcome.Output.Split('\n')[1], outcome.Output.Split("Commands:\n").ElementAtOrDefault(1) ?? "");
        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains(description, IsJapanese);
        Assert.All(commands.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Contains(line, IsJapanese));
        Assert.Equal(command.Length == 0 ? 31 : 0, commands.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task AnUnknownLanguage_IsRefused()
    {
        var outcome = await _icon.RunAsync("status", "--lang", "fr");

        Assert.Equal((2, "icon: --lang is 'fr'; wanted en or ja.\nicon: see 'icon status --help'\n"), (outcome.ExitCode, outcome.Error));
    }

    // Four English words in a row are a sentence that nobody has translated.
    private static void AssertJapanese(string text)
    {
        Assert.Contains(text, IsJapanese);
        Assert.Empty(EnglishWords().Matches(text).Select(found => found.Value));
    }

    private static bool IsJapanese(char letter) => letter is (>= '぀' and <= 'ヿ') or (>= '一' and <= '鿿');

    [GeneratedRegex("""(?:Speech\.Say|Speech\.Text|erminal\.Say|erminal\.Ask|erminal\.Warn|erminal\.Confirm)\("((?:[^"\\]|\\.)+)"[,)]""")]
    private static partial Regex Said();

    [GeneratedRegex(@"AddColumns\(\[\.\. \(\(string\[\]\)\[[^\]]+\]")]
    private static partial Regex Heads();

    [GeneratedRegex("\"([^\"]+)\"")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"^(\S+) {2,}/")]
    private static partial Regex Label();

    [GeneratedRegex(@"(?<![\w/.-])[A-Za-z]+(?: [A-Za-z]+){3,}")]
    private static partial Regex EnglishWords();
}
