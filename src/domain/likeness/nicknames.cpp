// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/likeness/nicknames.hpp"

#include <algorithm>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace throughline::likeness {
namespace {

/// One group of names a line, the formal one first. A name may stand in several groups (Pat, Alex);
/// names of different groups are different names.
constexpr std::string_view groups = R"names(
aaron ron ronnie arron
abigail abby abbie gail abigale abbigail
abraham abe bram abram ibrahim
adam addy
adrian ade adrienne
agnes aggie nessie
aidan aiden ayden
alan al allan allen
albert al bert bertie
alexander alex al sandy alec xander alexandr aleksandr sasha alejandro
alexandra alex sandra sandy lexi lexie alexa sasha alexis
alfred al alf alfie fred
alice allie ali alicia alyce
alison allison ally ali
amanda mandy manda
amelia amy millie mia emelia
amy aimee amie
andrew andy drew andre andreas andrei andres
angela angie angel angelina
ann anne anna annie nan ana hannah
annabelle anna bella belle annabel anabella annabella anabel
anthony tony antony antonio ant anton
antonia toni tonya
archibald archie
arthur art artie
ashley ash ashleigh
augustus gus august
barbara barb barbie babs barbra
bartholomew bart
beatrice bea trixie beatrix
benedict ben
benjamin ben benji benny
bernard bernie
bernadette bernie
bethany beth bethan
beverly bev beverley
bradley brad
brandon
bridget biddy bridie brigid
bryan brian
bronte
caitlin cait kate katelyn kaitlyn kaitlin katelin
caleb cal
callum cal calum
cameron cam
candace candy candice kandace
carl karl carlos
caroline carol carrie caro carolyn carolina
catherine cathy cate kate katie kathy katherine kathryn katharine kitty kat cath cat katarina
cecilia cecily celia cissy
charles charlie chuck chas chaz carlos karl
charlotte charlie lottie lotte char
chelsea chelsey chelsie
chloe cloe khloe
christian chris
christine chris christina tina chrissie kristine kristina kirsten kristen kristin christy
christopher chris kit topher kris christophe
clare claire clara
clifford cliff
colin
connor conor conner
courtney
craig
curtis curt
cynthia cindy
daniel dan danny
danielle dani daniella daniela
darcy
darius
darla
darlene darleen
darletta
darren daz darrin
david dave davey davy
deborah deb debbie debra
dennis denny den
diana di diane dianne
dominic dom dominick nick
donald don donnie
donna
dorothy dot dottie dolly
douglas doug
duncan
dylan dillon dyllan
edgar ed eddie
edith edie
edmund ed eddie ned ted
edward ed eddie ned ted teddy eduardo
edwin ed eddie
eleanor ellie nell nora elinor elenor lenora eleanora
elizabeth liz lizzie beth betty betsy eliza elsie lisa libby elisabeth bess lisbeth elise
ella ellie
ellen nell ellie helen
emily em emmy millie emilie
emma em
eric erik erick
erin
ernest ernie
esther hester essie
ethan
eugene gene
evelyn eve evie
eva eve evie ava
faith
felicity flick fliss
finley fin finlay
florence flo flossie
frances fran fanny frankie francesca
francis frank fran frankie francisco
franklin frank
frederick fred freddie freddy frederic fredrick
gabriel gabe
gabriella gaby gabrielle ella gabriela
geoffrey geoff jeff jeffrey jeffery
george georgie georg jorge georgios
georgia georgie
georgina georgie gina
gerald gerry jerry
gerard gerry jerry
gillian gill jill
gordon gordy
grace gracie
graham graeme grahame
gregory greg gregor
gwendolyn gwen
harley
harold harry hal
harriet hattie harrie
harry
harrison harry
heather
helen nell lena helena elena
henry harry hank hal enrique
herbert herb bert
holly hollie
howard howie
hubert bert hugh
hugh hughie huey hugo
ian iain
imogen immy
ingrid
isaac ike izaak
isabella izzy bella isabel isabelle isobel izabella
isla
ivan
jack jackie
jackson jack
jacob jake jakob jacoby
jacqueline jackie jacqui
jaden jayden jaydon
james jim jimmy jamie jem
jane janie jayne jan
janet jan jannet
janice jan
jasmine jas jazz jasmin yasmin
jason jay jase
jay
jean jeanie jeanne
jennifer jen jenny jenni
jeremy jerry jez jem
jerome jerry
jessica jess jessie
jesse jess
joan joanie
joanna jo joanne joann
joel
john johnny jon jack johnnie juan johan
jonathan jon jonny jonathon nathan johnathan
jordan
joseph joe joey jose
josephine jo josie
joshua josh
joy joyce
judith judy jude
julia julie jules
julian jules
juliet julie juliette
justin
karen
kayla kaylah
keeley kaylee kayleigh keely
keith
kenneth ken kenny
kevin kev
kimberly kim kimberley
kyle
lachlan lachie lochlan
laura laurie lori
lauren laurie ren
lawrence larry lawrie laurence lars
leah lea
lee leigh lea
leo leon
leonard len lenny leo
leslie les lesley
lewis lew louis luis lou
liam
lillian lily lil lilly lilian
linda lindy lynda
lindsay lindsey
logan
lola
louise lou louisa
lucas luke luca lukas
lucy lucille lucinda lucie
lydia liddy
lynn lynne
madeline maddie maddy madeleine madelyn maddison madison
magdalena magda lena
malcolm mal
marcus marc mark marco
margaret maggie meg peggy peggie marge margie greta rita daisy madge margot
maria mary marie mia mariah
marian marion
marilyn mary
marjorie marge margie
mark marc
marsha marcia
martha marty mattie
martin marty
mary molly polly marie maria may mamie moll
matilda tilly mattie
matthew matt matty mathew mat
maurice morris mo morrie
max maxwell
maximilian max
megan meg meghan
melanie mel
melissa mel missy lissa
melvin mel
mia
michael mike mick mickey mikey micheal miguel mikhail
michelle shelly michele
mildred millie
millie
miranda mandy randi
mitchell mitch
mohamed mohammed muhammad muhammed mohammad mo mhd
monica
morgan
mustafa
nancy nan
naomi
natalie nat natasha nataly
natasha tasha nastassia
nathan nate nat
nathaniel nate nat nathan
neil neal
nicholas nick nicky nico nicolas
nicole nicky nikki nicola nicolette
noah
noel
norman norm
olive ollie
oliver ollie olly
olivia liv livvy livia
oscar
owen
pamela pam
patrick pat paddy rick
patricia pat patty tricia trish patti
paul
paula polly pauline
penelope penny
peter pete piers
philip phil phillip pip
philippa pippa pip
phoebe
rachel rach rae rachael
ralph
randall randy
raymond ray
rebecca becky bex becca rebekah
reginald reg reggie
rhys reece reese
richard rick dick rich ricky richie ricardo
riley rylee
robert rob bob bobby robbie bert roberto
roberta bobbie robbie
robin robyn
roderick rod rick roddy
roger rodge
roland rollie
ronald ron ronnie
rosemary rose rosie rosemay
rose rosie rosa
ruby
rupert
russell russ
ruth ruthie
ryan
sally sal
samantha sam sammy
samuel sam sammy
sandra sandy
sarah sara sally sahra zara sadie
scott scotty
sean shaun shawn
sebastian seb
shannon
sharon shaz
sheila
shirley
sidney sid sydney
silvia sylvia
simon si
solomon sol
sophia sophie sofia sophy
spencer
stacey stacy
stanley stan
stella
stephen steve steven stevie stephan stefan esteban
stephanie steph stevie
stewart stuart stu
summer
susan sue susie suzie susanne suzanne susanna suzanna
tamara tammy
tara
taylor
teresa terry tess tessa theresa tracy
terence terry terrence
theodore ted teddy theo
thomas tom tommy tomas
tiffany tiff
timothy tim timmy
toby tobias
tracey tracy
tristan
tyler ty
valerie val
vanessa nessa
veronica ronnie vera
victor vic
victoria vicky tori vikki
vincent vince vinny
violet vi
virginia ginny ginger
vivian viv vivien
walter walt wally
warren
wendy
wesley wes
wilfred will wilf fred
william will bill billy willie liam guillermo
willow
winifred winnie freda
xavier
yvonne
yvette
zachary zach zack zac zak zachariah
zoe zoey
)names";

class Names {
 public:
  Names() {
    std::uint16_t group = 0;
    for (std::size_t begin = 1; begin < groups.size(); ++group) {
      std::size_t const end = groups.find('\n', begin);
      add(groups.substr(begin, end - begin), group);
      begin = end + 1;
    }
  }
  using Groups = std::vector<std::uint16_t>;
  Groups const* find(std::string_view name) const {
    auto const found = groups_.find(name);
    return found == groups_.end() ? nullptr : &found->second;
  }
  std::string_view formal(Groups const& of) const { return formal_[of.front()]; }

 private:
  void add(std::string_view line, std::uint16_t group) {
    formal_.push_back(line.substr(0, line.find(' ')));
    for (std::size_t begin = 0; begin < line.size();) {
      std::size_t const end = std::min(line.find(' ', begin), line.size());
      groups_[line.substr(begin, end - begin)].push_back(group);
      begin = end + 1;
    }
  }
  std::unordered_map<std::string_view, Groups> groups_;
  std::vector<std::string_view> formal_;
};

Names const& names() {
  static Names const table;
  return table;
}

bool share(Names::Groups const& one, Names::Groups const& other) {
  return std::find_first_of(one.begin(), one.end(), other.begin(), other.end()) != one.end();
}

}  // namespace

bool are_nicknames(std::string_view one, std::string_view other) {
  auto const* const of_one = names().find(one);
  auto const* const of_other = of_one == nullptr ? nullptr : names().find(other);
  return of_other != nullptr && share(*of_one, *of_other);
}

bool are_distinct_names(std::string_view one, std::string_view other) {
  auto const* const of_one = names().find(one);
  auto const* const of_other = of_one == nullptr ? nullptr : names().find(other);
  return of_other != nullptr && !share(*of_one, *of_other);
}

std::string_view formal_name(std::string_view name) {
  auto const* const of = names().find(name);
  return of == nullptr ? name : names().formal(*of);
}

}  // namespace throughline::likeness
