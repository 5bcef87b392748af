"""How common stems of English words are in passages: written by `python -m benchmarks._support_weights`."""

from __future__ import annotations

UNLISTED = 6
"""Bits of a stem that is not listed: fewer than one in 50 passages have it."""

_LISTED = {
    1: """
        https
    """,
    2: """
        com time use www
    """,
    3: """
        1 2 3 base call chang develop differ effect exampl first follow form health help high import includ increas
        like mean need new org part peopl person place provid relat requir result state support system take titl two
        unit way well work world year
    """,
    4: """
        10 12 20 4 5 6 7 8 9 abl accord act action activ actual add addit affect age allow american amount appear
        approach area articl ask associ author avail back benefit best better bodi build busi c care case caus center
        certain child children close come common compar complet condit consid content continu control countri cours
        creat current data day death depend describ design determin direct due e earli educ en end enough ensur especi
        exist experi fact factor famili far featur feel final find five focus forc found four free function general
        generat give given good govern great group hand higher histori home html http human idea impact improv
        individu inform interest internat involv issu keep key know known larg last later law lead learn level life
        limit line list littl live long look low main major make manag measur medic member method million move name
        nation natur next note number occur offer open order organiz origin particular perform period physic plan play
        point polici posit possibl potenti power practic present prevent previous problem process produc product
        program protect public question rang rate reach read reason receiv recent record reduc refer releas remain
        report repres research respons right risk role rule run said say second section see servic set share show side
        sign signific similar singl small social song specif standard start step structur studi success suggest team
        term thing think three today top tri type u understand valu various view want water wide written
    """,
    5: """
        100 11 13 14 15 16 17 18 19 2012 2013 2014 2015 2016 2017 2018 2019 2020 2022 2023 22 23 24 25 26 27 29 30 35
        40 50 60 abil accept access account achiev address administr adopt adult advanc advantag agenc air al album
        america analysi anim answer appli applic appropri argu art aspect assess assist attack attempt attent averag
        avoid award away b bad balanc bank basi basic began begin behavior believ big black blog blood book born break
        bring british calcul came capit career carri categori central centuri challeng charact check chemic choos citi
        citizen civil claim class clear co code collect colleg combin communic communiti compani competit complex
        comprehens comput concentr concept concern conduct conflict connect consequ consider consist constitut
        construct consum contact contain context contribut corpor correct cost court cover critic cultur cut date deal
        debat decad decid decis defin definit degre deliv demand depart detail detect die difficult discuss diseas
        divid doctor document earn easili econom edit edu effort eight elect element emot employ encourag energi engag
        engin english enjoy enter entir environ equal essenti establish estim european evalu event eventu evid examin
        expand expect expert explain explor express extens extrem f face fail fair fall feder field figur film financi
        fit food foreign format former friend full fulli fund futur g gain game get global go goal gov greater ground
        grow growth guid half happen hard head healthi heart heat held histor hit hold hour hous ident identifi ii ill
        imag immedi implement incom independ indic industri influenc initi institut integr interact invest investig
        job john join journal kind king kingdom knowledg lack land languag larger largest late leav led left legal let
        light link local locat longer lose loss lost lot love lower maintain man mark market match materi matter media
        meet men mental middl militari mind minut model modern money month movement multipl music near necessari negat
        net network news night non normal north object observ offic offici old onlin oper opportun option outcom
        outsid overal p page pain paper parent particip partner pass past patient pattern pay percent perspect player
        polit popul popular post predict prefer prepar presid pressur primari principl prior privat probabl procedur
        profession progress project promot properti propos publish purpos qualiti quick rais rapid real realli recogn
        recommend red reflect regard region regul regular relationship relev rememb remov replac resourc respect
        respond rest return review rise room safe safeti save scale school scienc search season secur seen select self
        sens separ septemb seri serious serv seven sever short simpl simpli site situat six size skill smaller societi
        solut solv sound sourc south space speak special spend spot stage stand star stay stop store stori strategi
        stress strong student subject sure surfac symptom taken talk task teach techniqu technolog tell temperatur
        tend test text theori third thought togeth took tool topic total track trade tradit train travel treat
        treatment true turn typic uk uniqu universiti vari varieti version war watch week weight white whole wikipedia
        win women won word write york young
    """,
    6: """
        2000 2006 2011 21 28 actor adjust alon altern artist awar board box cell chart choic classic cognit compon
        coupl credit daili de deep digit distribut doubl drug earth easi effici electron employe enabl enforc equip
        europ februari file freedom frequent highest india instanc juli june justic kill minor mix monitor notic numer
        parti press proper reaction reveal rock scientist screen shape shift shown status tabl tax visit west
    """,
}
"""Bits -> stems, counted in the passages of AttributionBench (Li et al. 2024)."""

LEVELS = {word: bits for bits, words in _LISTED.items() for word in words.split()}
"""Stem -> the binary logarithm of one in how many passages has it."""
